import { expect, test } from 'vitest';
import { single, sum, summaryLine } from './tally.mjs';

test('steps are summed into one line', () => {
  const total = sum([single('lint'), single('lock', 'stale'), { passed: 3, failed: 0, skips: [{ name: 's', reason: 'r' }], failures: [] }]);
  expect(summaryLine(total)).toBe('4 passed, 1 failed, 1 skipped');
  expect(total.failures).toEqual([{ name: 'lock', message: 'stale' }]);
});
