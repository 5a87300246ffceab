import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from './fake-clock.js';
import { anySignal, delay, onAbort, withTimeout } from './signals.js';

describe('delay', () => {
  it('resolves when its time has come, not before', async () => {
    const clock = new FakeClock();
    let done = false;
    void delay(clock, 10).then(() => (done = true));
    await clock.advanceAndSettle(9);
    expect(done).toBe(false);
    await clock.advanceAndSettle(1);
    expect(done).toBe(true);
  });

  it('rejects with the reason and leaves no timer when aborted', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const waiting = delay(clock, 10, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(clock.pendingTimers).toBe(0);
  });

  it('rejects at once under a signal that is already aborted', async () => {
    const clock = new FakeClock();
    await expect(delay(clock, 10, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('onAbort', () => {
  it('calls at once for an aborted signal and never after being taken back', () => {
    const seen: unknown[] = [];
    onAbort(AbortSignal.abort('a'), (reason) => seen.push(reason));
    const controller = new AbortController();
    onAbort(controller.signal, () => seen.push('taken back'))();
    onAbort(controller.signal, () => seen.push('kept'));
    controller.abort();
    expect(seen).toEqual(['a', 'kept']);
  });
});

describe('anySignal', () => {
  it('is aborted by the first with its reason', () => {
    const one = new AbortController();
    const two = new AbortController();
    const joined = anySignal([one.signal, undefined, two.signal]);
    two.abort('second');
    one.abort('first');
    expect(joined.signal.reason).toBe('second');
  });

  it('no longer follows its sources once disposed', () => {
    const source = new AbortController();
    const joined = anySignal([source.signal]);
    joined.dispose();
    source.abort();
    expect(joined.signal.aborted).toBe(false);
  });
});

describe('withTimeout', () => {
  it('aborts the work when the time is over', async () => {
    const clock = new FakeClock();
    const work = withTimeout(clock, 50, undefined, (signal) => delay(clock, 100, signal));
    const outcome = expect(work).rejects.toMatchObject({ name: 'TimeoutError' });
    await settle();
    clock.advance(50);
    await outcome;
  });

  it('rejects although the work heeds no signal', async () => {
    const clock = new FakeClock();
    const work = withTimeout(clock, 50, undefined, () => new Promise<never>(() => undefined));
    const outcome = expect(work).rejects.toMatchObject({ name: 'TimeoutError' });
    clock.advance(50);
    await outcome;
  });

  it('returns what the work returns and leaves no timer', async () => {
    const clock = new FakeClock();
    expect(await withTimeout(clock, 50, undefined, () => Promise.resolve(7))).toBe(7);
    expect(clock.pendingTimers).toBe(0);
  });
});
