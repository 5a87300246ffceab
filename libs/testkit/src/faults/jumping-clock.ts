import { systemClock, type Clock, type Timer } from '@gantry/async';

/** A clock that somebody sets while it is used: the hour jumps, durations do not. */
export class JumpingClock implements Clock {
  #ahead = 0;

  constructor(private readonly base: Clock = systemClock) {}

  /** Milliseconds, negative backwards; added to what it was ahead. */
  jump(milliseconds: number): void {
    this.#ahead += milliseconds;
  }

  now(): number {
    return this.base.now() + this.#ahead;
  }

  monotonic(): number {
    return this.base.monotonic();
  }

  setTimeout(callback: () => void, milliseconds: number): Timer {
    return this.base.setTimeout(callback, milliseconds);
  }
}
