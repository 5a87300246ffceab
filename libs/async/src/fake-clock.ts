import type { Clock, Timer } from './clock.js';

interface Pending {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Long enough for promise chains and for work that other parts hand to the event loop. */
const SETTLE_TURNS = 4;

/** Lets everything run that waits for nothing but its turn. */
export async function settle(turns = SETTLE_TURNS): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A clock that stands still until a test moves it. Timers fire in the order of their due times, then of their arming. */
export class FakeClock implements Clock {
  #now: number;
  readonly #start: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(start = 0) {
    this.#now = start;
    this.#start = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  setTimeout(callback: () => void, milliseconds: number): Timer {
    const timer = { due: this.#now + Math.max(0, milliseconds), order: this.#order++, callback };
    this.#pending.add(timer);
    return { cancel: () => void this.#pending.delete(timer) };
  }

  /** Timers that are armed: a test that ends with some has leaked them. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** Moves the time, firing what falls due on the way, each at its own due time; timers armed on the way fire too. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    while (this.#fireNext(end));
    this.#now = end;
  }

  /** As `advance`, and lets promises settle before, between and after the timers. */
  async advanceAndSettle(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    do await settle();
    while (this.#fireNext(end));
    this.#now = end;
    await settle();
  }

  #fireNext(end: number): boolean {
    const next = this.#earliest();
    if (next === undefined || next.due > end) return false;
    this.#pending.delete(next);
    this.#now = Math.max(this.#now, next.due);
    next.callback();
    return true;
  }

  #earliest(): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#pending) {
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer;
    }
    return first;
  }
}
