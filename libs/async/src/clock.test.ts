import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.js';
import { FakeClock } from './fake-clock.js';

describe('FakeClock', () => {
  it('fires timers in order of due time, each at its own hour', () => {
    const clock = new FakeClock(1000);
    const fired: string[] = [];
    clock.setTimeout(() => fired.push(`late@${clock.now()}`), 20);
    clock.setTimeout(() => fired.push(`early@${clock.now()}`), 10);
    clock.setTimeout(() => fired.push('beyond'), 31);
    clock.advance(30);
    expect(fired).toEqual(['early@1010', 'late@1020']);
    expect(clock.now()).toBe(1030);
    expect(clock.monotonic()).toBe(30);
    expect(clock.pendingTimers).toBe(1);
  });

  it('fires what a timer arms on the way', () => {
    const clock = new FakeClock();
    const fired: number[] = [];
    const again = () => {
      fired.push(clock.now());
      clock.setTimeout(again, 10);
    };
    clock.setTimeout(again, 10);
    clock.advance(35);
    expect(fired).toEqual([10, 20, 30]);
  });

  it('does not fire a cancelled timer', () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.setTimeout(() => fired.push('x'), 5).cancel();
    clock.advance(10);
    expect(fired).toEqual([]);
  });

  it('lets promises settle between timers', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    clock.setTimeout(() => void Promise.resolve().then(() => clock.setTimeout(() => seen.push(`armed later@${clock.now()}`), 5)), 10);
    await clock.advanceAndSettle(20);
    expect(seen).toEqual(['armed later@15']);
  });
});

describe('systemClock', () => {
  it('fires a timer and honours its cancellation', async () => {
    const fired: string[] = [];
    systemClock.setTimeout(() => fired.push('cancelled'), 0).cancel();
    await new Promise<void>((resolve) => systemClock.setTimeout(() => (fired.push('fired'), resolve()), 1));
    expect(fired).toEqual(['fired']);
  });

  it('does not fire at once what lies beyond the longest timer of Node', async () => {
    let fired = false;
    const timer = systemClock.setTimeout(() => (fired = true), 2 ** 31 + 5);
    await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 5));
    timer.cancel();
    expect(fired).toBe(false);
  });
});
