import { expect, it } from 'vitest';
import { Deferred, FakeClock, settle } from '@gantry/async';
import { perItemExponential } from './rate-limit.js';
import type { Reconcile } from './reconcile.js';
import type { ReconcileOutcome } from './run-controller.js';
import { runController } from './run-controller.js';
import { WorkQueue } from './work-queue.js';

function start(reconcile: Reconcile, concurrency = 1) {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock, rateLimiter: perItemExponential(10) });
  const outcomes: ReconcileOutcome[] = [];
  const metrics = { reconciled: (_name: string, outcome: ReconcileOutcome) => outcomes.push(outcome) };
  return { clock, queue, outcomes, running: runController({ name: 'test', reconcile, queue, clock, concurrency, metrics }) };
}

it('brings a key that failed back with back-off until it succeeds, then forgets the failures', async () => {
  const at: number[] = [];
  const made = start(async () => {
    at.push(made.clock.now());
    if (at.length < 4) throw new Error('not yet');
  });
  made.queue.add('a');
  await made.clock.advanceAndSettle(1000);
  expect(at).toEqual([0, 10, 30, 70]);
  expect(made.queue.failures('a')).toBe(0);
  expect(made.outcomes).toEqual(['error', 'error', 'error', 'success']);
  await made.running.stop();
});

it('looks again when the reconcile asked for it', async () => {
  const at: number[] = [];
  const made = start(async () => {
    at.push(made.clock.now());
    return at.length < 3 ? { requeueAfter: 100 } : undefined;
  });
  made.queue.add('a');
  await made.clock.advanceAndSettle(1000);
  expect(at).toEqual([0, 100, 200]);
  await made.running.stop();
});

it('works on several keys at once, never on one key twice at once', async () => {
  const gates = new Map<string, Deferred<void>>();
  const active: string[] = [];
  const made = start(async (key) => {
    active.push(key);
    const gate = new Deferred();
    gates.set(key, gate);
    await gate.promise;
  }, 2);
  ['a', 'b', 'a', 'c'].forEach((key) => made.queue.add(key));
  await settle();
  made.queue.add('a');
  await settle();
  expect(active).toEqual(['a', 'b']);
  gates.get('b')?.resolve();
  await settle();
  expect(active).toEqual(['a', 'b', 'c']);
  gates.get('a')?.resolve();
  await settle();
  expect(active).toEqual(['a', 'b', 'c', 'a']);
  gates.forEach((gate) => gate.resolve());
  await made.running.stop();
});

it('stops by aborting what runs and waiting for it, and leaves no timer', async () => {
  const ended: string[] = [];
  const made = start(async (key, signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    ended.push(key);
    throw signal.reason;
  });
  made.queue.add('a');
  made.queue.addAfter('b', 50);
  await settle();
  await made.running.stop();
  await made.running.stop();
  expect(ended).toEqual(['a']);
  expect(made.clock.pendingTimers).toBe(0);
});
