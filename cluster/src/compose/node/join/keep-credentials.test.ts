import { expect, it } from 'vitest';
import { renewalDelay } from './keep-credentials.js';

it.each([
  ['after 70 % of the time at the earliest', 0, 1_000, 700],
  ['after nearly 90 % at the latest', 0.999, 1_000, 899.8],
  ['at once where the time is over', 0.5, -1, 0],
])('credentials are renewed %s', (_name, random, left, wait) => {
  expect(renewalDelay(5_000 + left, 5_000, () => random)).toBeCloseTo(wait, 3);
});
