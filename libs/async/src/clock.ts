/** A timer that was armed; cancelling one that fired or was cancelled does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as a dependency: whoever waits or reads the hour takes one of these, so that a test can own the time. */
export interface Clock {
  /** Milliseconds since the Unix epoch; it may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds that only grow, from an arbitrary start: for measuring durations. */
  monotonic(): number;
  /** Calls `callback` once, at least `milliseconds` from now; negative counts as zero. */
  setTimeout(callback: () => void, milliseconds: number): Timer;
}

/** Node fires at once what is longer than this, so longer timers are armed in steps. */
const LONGEST_STEP = 2 ** 31 - 1;

function arm(callback: () => void, milliseconds: number): Timer {
  let handle: ReturnType<typeof setTimeout>;
  const step = (left: number) => {
    const length = Math.min(left, LONGEST_STEP);
    handle = setTimeout(() => (left > length ? step(left - length) : callback()), length);
  };
  step(Math.max(0, milliseconds));
  return { cancel: () => clearTimeout(handle) };
}

/** The machine's clock. Its timers keep the process alive: stop what armed them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: arm,
};
