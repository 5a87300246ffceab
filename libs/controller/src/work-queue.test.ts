import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '@gantry/async';
import { perItemExponential } from './rate-limit.js';
import { WorkQueue } from './work-queue.js';

function make(clock = new FakeClock()) {
  return new WorkQueue({ clock, rateLimiter: perItemExponential() });
}

describe('WorkQueue', () => {
  it('hands out a key once however often it was added', async () => {
    const queue = make();
    queue.add('a');
    queue.add('b');
    queue.add('a');
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
    expect(queue.length).toBe(0);
  });

  it('hands a key that was added while it was worked on out again, but only when it is done', async () => {
    const queue = make();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('a');
    expect(queue.length).toBe(0);
    queue.done('a');
    expect(queue.length).toBe(1);
    expect(await queue.take()).toBe('a');
  });

  it('wakes those that wait, in order', async () => {
    const queue = make();
    const taken = Promise.all([queue.take(), queue.take()]);
    queue.add('first');
    queue.add('second');
    expect(await taken).toEqual(['first', 'second']);
  });

  it('adds later, and at the earliest of several times', async () => {
    const clock = new FakeClock();
    const queue = make(clock);
    queue.addAfter('a', 100);
    queue.addAfter('a', 50);
    queue.addAfter('a', 70);
    clock.advance(49);
    expect(queue.length).toBe(0);
    clock.advance(1);
    expect(queue.length).toBe(1);
    await queue.take();
    queue.done('a');
    clock.advance(100);
    expect(queue.length).toBe(0);
  });

  it('waits longer after each failure until the key is forgotten', () => {
    const clock = new FakeClock();
    const queue = make(clock);
    const waits: number[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      queue.addRateLimited('a');
      const start = clock.now();
      while (queue.length === 0) clock.advance(1);
      waits.push(clock.now() - start);
      void queue.take();
      queue.done('a');
    }
    expect(waits).toEqual([5, 10, 20]);
    expect(queue.failures('a')).toBe(3);
    queue.forget('a');
    expect(queue.failures('a')).toBe(0);
  });

  it('shuts down: no more additions, what is left is handed out, resolves when all is done', async () => {
    const clock = new FakeClock();
    const queue = make(clock);
    const waiting = queue.take();
    queue.add('taken');
    await waiting;
    queue.add('left');
    queue.addAfter('later', 10);
    let drained = false;
    void queue.shutDown().then(() => (drained = true));
    queue.add('refused');
    expect(clock.pendingTimers).toBe(0);
    expect(await queue.take()).toBe('left');
    expect(await queue.take()).toBeUndefined();
    queue.done('taken');
    await settle();
    expect(drained).toBe(false);
    queue.done('left');
    await settle();
    expect(drained).toBe(true);
  });

  it('loses no key to a taker that was aborted', async () => {
    const queue = make();
    const controller = new AbortController();
    const aborted = queue.take(controller.signal);
    controller.abort();
    expect(await aborted).toBeUndefined();
    queue.add('a');
    expect(await queue.take()).toBe('a');
  });
});

it('holds its invariants under any order of operations', async () => {
  const operation = fc.oneof(
    fc.record({ type: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ type: fc.constant('take' as const) }),
    fc.record({ type: fc.constant('done' as const), key: fc.constantFrom('a', 'b', 'c') }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
      const queue = make();
      const working = new Set<string>();
      const wanted = new Set<string>();
      for (const step of operations) {
        if (step.type === 'add') {
          queue.add(step.key);
          wanted.add(step.key);
        } else if (step.type === 'take' && queue.length > 0) {
          const key = (await queue.take()) as string;
          expect(working.has(key)).toBe(false);
          expect(wanted.delete(key)).toBe(true);
          working.add(key);
        } else if (step.type === 'done') {
          queue.done(step.key);
          working.delete(step.key);
        }
        expect(queue.length).toBe([...wanted].filter((key) => !working.has(key)).length);
      }
    }),
  );
});
