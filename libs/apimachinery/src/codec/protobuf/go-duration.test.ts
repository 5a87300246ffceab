import { expect, it } from 'vitest';
import { formatGoDuration, parseGoDuration } from './go-duration.js';

it.each([
  ['0s', 0], ['1ns', 1], ['1.5µs', 1500], ['10ms', 10e6], ['1.000000001s', 1_000_000_001], ['1m0s', 60e9], ['1h0m30.5s', 3630.5e9], ['-1m30s', -90e9],
])('reads and writes %s as %d nanoseconds', (text, nanoseconds) => {
  expect(parseGoDuration(text)).toBe(nanoseconds);
  expect(formatGoDuration(BigInt(nanoseconds))).toBe(text);
});

it.each(['', '1', 's', '1h x'])('does not read %j', (text) => {
  expect(parseGoDuration(text)).toBeNaN();
});
