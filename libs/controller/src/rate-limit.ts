import type { Clock } from '@gantry/async';
import { backoffDelay } from '@gantry/async';

/** Says how long a key that failed must wait. */
export interface RateLimiter {
  /** Records a failure of `key`; returns the milliseconds to wait. */
  when(key: string): number;
  /** The key has succeeded, or is given up. */
  forget(key: string): void;
  /** Failures of `key` since it was last forgotten. */
  failures(key: string): number;
}

/** Each failure of one key doubles its wait, from `initial` to `cap` milliseconds. */
export function perItemExponential(initial = 5, cap = 1_000_000): RateLimiter {
  const failures = new Map<string, number>();
  return {
    when(key) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      return backoffDelay({ initial, cap }, count);
    },
    forget: (key) => void failures.delete(key),
    failures: (key) => failures.get(key) ?? 0,
  };
}

/** All keys together: `burst` at once, then `perSecond`. */
export function overallBucket(clock: Clock, perSecond = 10, burst = 100): RateLimiter {
  let tokens = burst;
  let at = clock.monotonic();
  return {
    when() {
      const now = clock.monotonic();
      tokens = Math.min(burst, tokens + ((now - at) / 1000) * perSecond) - 1;
      at = now;
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
    },
    forget: () => undefined,
    failures: () => 0,
  };
}

/** The longest wait of several limiters. */
export function slowestOf(...limiters: RateLimiter[]): RateLimiter {
  return {
    when: (key) => Math.max(...limiters.map((limiter) => limiter.when(key))),
    forget: (key) => limiters.forEach((limiter) => limiter.forget(key)),
    failures: (key) => Math.max(...limiters.map((limiter) => limiter.failures(key))),
  };
}

/** What Kubernetes' controllers use: 5 ms to 1000 s a key, 10 a second overall with a burst of 100. */
export function defaultRateLimiter(clock: Clock): RateLimiter {
  return slowestOf(perItemExponential(), overallBucket(clock));
}
