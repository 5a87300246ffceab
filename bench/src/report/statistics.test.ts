import { describe, expect, it } from 'vitest';
import { percentile } from './statistics.js';
import { figureTable } from './table.js';

describe('a percentile', () => {
  it.each([
    [[], 0.5, 0],
    [[7], 0.99, 7],
    [[3, 1, 2, 4], 0.5, 2],
    [Array.from({ length: 100 }, (_, index) => index + 1), 0.99, 99],
  ])('of %j at %s is %s', (samples, part, value) => {
    expect(percentile(samples, part)).toBe(value);
  });
});

describe('the table', () => {
  it('shows a figure beside its floor with their ratio', () => {
    expect(figureTable('b', [{ measure: 'writes', value: 4000, unit: '/s', floor: { name: 'bare', value: 8000 } }])).toBe(
      ['BENCH   MEASURE   VALUE   UNIT   FLOOR          RATIO', 'b       writes    4,000   /s     8,000 (bare)   0.50'].join('\n'),
    );
  });
});
