import { describe, expect, it } from 'vitest';
import { eachInSlices } from './slices.js';

describe('long work in slices', () => {
  it('is done in order, and lets others have the loop', async () => {
    const seen: number[] = [];
    let turns = 0;
    const count = (): void => void (turns++, (counting = setImmediate(count)));
    let counting = setImmediate(count);
    await eachInSlices(256, (index) => {
      seen.push(index);
      const end = performance.now() + 0.5;
      while (performance.now() < end);
    });
    clearImmediate(counting);
    expect(seen).toEqual(Array.from({ length: 256 }, (_, index) => index));
    expect(turns).toBeGreaterThan(2);
  });

  it('ends when there is enough', async () => {
    const seen: number[] = [];
    await eachInSlices(100, (index) => (seen.push(index), index < 2));
    expect(seen).toEqual([0, 1, 2]);
  });
});
