import { describe, expect, it } from 'vitest';
import { SilenceWatch } from './silence.js';

const holder = (sign: string, waitsForClient = true, pid = 7) => ({ pid, sign, waitsForClient });

describe('the watch over the holder of the lock', () => {
  it('leaves a leader alone that says something now and then', () => {
    const watch = new SilenceWatch();
    for (let second = 0; second < 100; second += 2) expect(watch.isOver(holder(`statement ${second}`), second * 1_000)).toBe(false);
  });

  it('ends one that was silent though it was its turn', () => {
    const watch = new SilenceWatch();
    expect([0, 2_900, 3_100].map((now) => watch.isOver(holder('a'), now))).toEqual([false, false, true]);
  });

  it('gives one whose statement the database works on the time that a statement has', () => {
    const watch = new SilenceWatch();
    expect([0, 15_000, 20_100].map((now) => watch.isOver(holder('a', false), now))).toEqual([false, false, true]);
  });

  it('begins anew for another holder, and after a time without one', () => {
    const watch = new SilenceWatch();
    watch.isOver(holder('a'), 0);
    expect(watch.isOver(holder('a', true, 8), 4_000)).toBe(false);
    expect(watch.isOver(undefined, 8_000)).toBe(false);
    expect(watch.isOver(holder('a', true, 8), 8_100)).toBe(false);
  });
});
