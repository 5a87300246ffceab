/** How long to wait between attempts; all times in milliseconds. */
export interface BackoffOptions {
  /** The wait after the first failure. */
  readonly initial: number;
  /** The longest wait, before jitter. */
  readonly cap: number;
  /** Each wait is this many times the last; 2 where not given. */
  readonly factor?: number;
  /** Up to this part of the wait is added (0.1: up to a tenth); none where not given. */
  readonly jitter?: number;
  /** Source of the jitter in [0, 1); `Math.random` where not given. */
  readonly random?: () => number;
}

/** The wait after failure number `failures`, counted from 1. Pure but for the jitter. */
export function backoffDelay(options: BackoffOptions, failures: number): number {
  const { initial, cap, factor = 2, jitter = 0, random = Math.random } = options;
  const delay = Math.min(cap, initial * factor ** Math.max(0, failures - 1));
  return jitter === 0 ? delay : delay * (1 + jitter * random());
}

/** Counts failures and says how long to wait; success resets it. */
export class Backoff {
  #failures = 0;

  constructor(private readonly options: BackoffOptions) {}

  get failures(): number {
    return this.#failures;
  }

  /** Records a failure; returns the milliseconds to wait before the next attempt. */
  next(): number {
    this.#failures += 1;
    return backoffDelay(this.options, this.#failures);
  }

  reset(): void {
    this.#failures = 0;
  }
}
