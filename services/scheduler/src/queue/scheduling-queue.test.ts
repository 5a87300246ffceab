import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '@gantry/async';
import { podFacts } from '../pods/pod-facts.js';
import { SchedulingQueue } from './scheduling-queue.js';

function pod(uid: string, priority = 0) {
  return podFacts({ metadata: { namespace: 'n', name: uid, uid }, spec: { containers: [], priority } });
}

function make() {
  const clock = new FakeClock();
  return { clock, queue: new SchedulingQueue(clock) };
}

async function takeAll(queue: SchedulingQueue): Promise<string[]> {
  const uids: string[] = [];
  while (queue.counts().active > 0) uids.push((await queue.take())?.uid ?? '');
  return uids;
}

describe('SchedulingQueue', () => {
  it('hands out by priority, then by arrival', async () => {
    const { queue } = make();
    [pod('a'), pod('b', 10), pod('c'), pod('d', 10)].forEach((facts) => queue.set(facts));
    expect(await takeAll(queue)).toEqual(['b', 'd', 'a', 'c']);
  });

  it('wakes the taker that waits', async () => {
    const { queue } = make();
    const taken = queue.take();
    queue.set(pod('a'));
    expect((await taken)?.uid).toBe('a');
  });

  it('hands out a pod that was removed no more', async () => {
    const { queue } = make();
    queue.set(pod('a'));
    queue.set(pod('b'));
    queue.remove('a');
    expect(await takeAll(queue)).toEqual(['b']);
  });

  it('holds a refused pod until an event that can help its refusers, and no shorter than its back-off', async () => {
    const { clock, queue } = make();
    queue.set(pod('a'));
    await queue.take();
    queue.refuse('a', new Set(['NodeResourcesFit']));
    queue.happened('nodeLabels');
    clock.advance(5_000);
    expect(queue.counts().refused).toBe(1);
    queue.happened('podGone');
    expect(queue.counts()).toMatchObject({ active: 1, refused: 0 });
  });

  it('backs off longer with each attempt, 10 s at most', async () => {
    const { clock, queue } = make();
    queue.set(pod('a'));
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await queue.take();
      queue.retry('a');
      const start = clock.now();
      while (queue.counts().active === 0) clock.advance(500);
      waits.push(clock.now() - start);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('does not lose an event that came while the pod was being placed', async () => {
    const { clock, queue } = make();
    queue.set(pod('a'));
    await queue.take();
    queue.happened('podGone');
    queue.refuse('a', new Set(['NodeResourcesFit']));
    expect(queue.counts().backoff).toBe(1);
    clock.advance(1000);
    expect(queue.counts().active).toBe(1);
  });

  it('tries a refused pod again after five minutes without any event', async () => {
    const { clock, queue } = make();
    queue.set(pod('a'));
    await queue.take();
    queue.refuse('a', new Set(['NodeAffinity']));
    clock.advance(299_999);
    expect(queue.counts().refused).toBe(1);
    clock.advance(1);
    expect(queue.counts().active).toBe(1);
  });

  it('gives a refused pod that was changed another try, one that was only touched none', async () => {
    const { clock, queue } = make();
    queue.set(pod('a'));
    await queue.take();
    queue.refuse('a', new Set(['NodeAffinity']));
    clock.advance(1000);
    queue.set(pod('a'), false);
    expect(queue.counts().refused).toBe(1);
    queue.set(pod('a'));
    expect(queue.counts().active).toBe(1);
  });

  it('ends takers and leaves no timer when closed', async () => {
    const { clock, queue } = make();
    queue.set(pod('a'));
    await queue.take();
    queue.retry('a');
    const taken = queue.take();
    queue.close();
    await settle();
    expect(await taken).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });
});
