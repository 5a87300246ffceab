import { expect, it } from 'vitest';
import { FakeClock } from '@gantry/async';
import { overallBucket, perItemExponential, slowestOf } from './rate-limit.js';

it('doubles per key from 5 ms up to 1000 s', () => {
  const limiter = perItemExponential();
  const waits = Array.from({ length: 20 }, () => limiter.when('a'));
  expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(waits.at(-1)).toBe(1_000_000);
  expect(limiter.when('b')).toBe(5);
  limiter.forget('a');
  expect(limiter.when('a')).toBe(5);
});

it('lets a burst through at once, then spreads the rest, and refills with time', () => {
  const clock = new FakeClock();
  const limiter = overallBucket(clock, 10, 2);
  expect([limiter.when('a'), limiter.when('b'), limiter.when('c'), limiter.when('d')]).toEqual([0, 0, 100, 200]);
  clock.advance(1000);
  expect(limiter.when('e')).toBe(0);
});

it('takes the longest wait of several', () => {
  const clock = new FakeClock();
  const limiter = slowestOf(perItemExponential(), overallBucket(clock, 1, 1));
  expect(limiter.when('a')).toBe(5);
  expect(limiter.when('a')).toBe(1000);
  expect(limiter.failures('a')).toBe(2);
});
