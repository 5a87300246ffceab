import { expect, it } from 'vitest';
import { settle } from './fake-clock.js';
import { Deferred } from './deferred.js';
import { Semaphore } from './semaphore.js';

it('admits no more than its limit, in order of arrival', async () => {
  const semaphore = new Semaphore(2);
  const gates = [new Deferred(), new Deferred(), new Deferred()];
  const started: number[] = [];
  const runs = gates.map((gate, index) => semaphore.run(() => (started.push(index), gate.promise)));
  await settle();
  expect(started).toEqual([0, 1]);
  gates[1]?.resolve();
  await settle();
  expect(started).toEqual([0, 1, 2]);
  gates.forEach((gate) => gate.resolve());
  await Promise.all(runs);
});

it('gives the place back when the work throws', async () => {
  const semaphore = new Semaphore(1);
  await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await semaphore.run(() => 'yes')).toBe('yes');
});

it('forgets a waiter that was aborted', async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  const controller = new AbortController();
  const waiting = semaphore.acquire(controller.signal);
  controller.abort(new Error('left'));
  await expect(waiting).rejects.toThrow('left');
  expect(semaphore.waiting).toBe(0);
  release();
  release();
  const again = await semaphore.acquire();
  const blocked = semaphore.acquire();
  await settle();
  expect(semaphore.waiting).toBe(1);
  again();
  (await blocked)();
});
