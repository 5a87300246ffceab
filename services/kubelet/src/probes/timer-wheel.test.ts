import { FakeClock } from '@gantry/async';
import { expect, test } from 'vitest';
import { TimerWheel } from './timer-wheel.js';

test('thousands wait with one timer of the clock, and each is called once when it is due', () => {
  const clock = new FakeClock(1_000_000);
  const wheel = new TimerWheel(clock);
  const called: number[] = [];
  for (let index = 0; index < 3000; index += 1) wheel.at(clock.now() + 100 + (index % 20) * 50, () => void called.push(index % 20));
  expect(clock.pendingTimers).toBe(1);
  clock.advance(100);
  expect(new Set(called)).toEqual(new Set([0]));
  clock.advance(50);
  expect(new Set(called)).toEqual(new Set([0, 1]));
  clock.advance(10_000);
  expect(called).toHaveLength(3000);
  expect(clock.pendingTimers).toBe(0);
});

test('what is cancelled is not called, and an earlier one is armed for', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const called: string[] = [];
  const late = wheel.at(1000, () => void called.push('late'));
  wheel.at(200, () => {
    called.push('early');
    late.cancel();
    wheel.at(300, () => void called.push('again'));
  });
  clock.advance(5000);
  expect(called).toEqual(['early', 'again']);
});
