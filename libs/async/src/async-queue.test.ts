import { expect, it } from 'vitest';
import { AsyncQueue } from './async-queue.js';

it('hands over what was pushed before and after the reader came, in order, then ends', async () => {
  const queue = new AsyncQueue<number>();
  queue.push(1);
  queue.push(2);
  const seen: number[] = [];
  const reader = (async () => {
    for await (const value of queue) seen.push(value);
  })();
  queue.push(3);
  queue.close();
  await reader;
  expect(seen).toEqual([1, 2, 3]);
  expect(queue.push(4)).toBe(false);
});

it('gives what is left before the error', async () => {
  const queue = new AsyncQueue<string>();
  queue.push('kept');
  queue.fail(new Error('broken'));
  expect(await queue.next()).toEqual({ done: false, value: 'kept' });
  await expect(queue.next()).rejects.toThrow('broken');
});

it('takes no value for a reader that was aborted', async () => {
  const queue = new AsyncQueue<string>();
  const controller = new AbortController();
  const aborted = queue.next(controller.signal);
  controller.abort(new Error('gone'));
  await expect(aborted).rejects.toThrow('gone');
  queue.push('for the next');
  expect(await queue.next()).toEqual({ done: false, value: 'for the next' });
});

it('is closed by leaving the loop', async () => {
  const queue = new AsyncQueue<number>();
  queue.push(1);
  for await (const value of queue) if (value === 1) break;
  expect(queue.closed).toBe(true);
});
