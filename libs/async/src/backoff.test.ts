import { expect, it } from 'vitest';
import { Backoff, backoffDelay } from './backoff.js';

it('doubles from the initial wait up to the cap', () => {
  const backoff = new Backoff({ initial: 10, cap: 60 });
  expect([backoff.next(), backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([10, 20, 40, 60, 60]);
  expect(backoff.failures).toBe(5);
  backoff.reset();
  expect(backoff.next()).toBe(10);
});

it('adds jitter from the given source on top of the cap', () => {
  expect(backoffDelay({ initial: 100, cap: 100, jitter: 0.5, random: () => 0.5 }, 3)).toBe(125);
});

it('stays at the cap where the exponential overflows', () => {
  expect(backoffDelay({ initial: 5, cap: 1_000_000 }, 5000)).toBe(1_000_000);
});
