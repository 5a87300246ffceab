import type { Clock, Timer } from '@gantry/async';

/** Milliseconds: what falls due within one of these is called together. */
const SLOT = 50;

/** Many timers that share one of the clock's: thousands of probes wake the process once for all that are due. */
export class TimerWheel {
  readonly #slots = new Map<number, Set<() => void>>();
  #armed: { readonly slot: number; readonly timer: Timer } | undefined;

  constructor(private readonly clock: Clock) {}

  /** Calls once at `due` (milliseconds since the epoch) or up to a slot later. */
  at(due: number, callback: () => void): Timer {
    const slot = Math.ceil(due / SLOT);
    const present = this.#slots.get(slot) ?? new Set();
    // Of its own, so that one callback may wait twice.
    const call = (): void => callback();
    this.#slots.set(slot, present.add(call));
    this.#arm();
    return { cancel: () => this.#cancel(slot, call) };
  }

  #cancel(slot: number, call: () => void): void {
    const present = this.#slots.get(slot);
    if (present?.delete(call) !== true || present.size > 0) return;
    this.#slots.delete(slot);
    this.#arm();
  }

  #arm(): void {
    const next = this.#slots.size === 0 ? undefined : Math.min(...this.#slots.keys());
    if (next === this.#armed?.slot) return;
    this.#armed?.timer.cancel();
    this.#armed = next === undefined ? undefined : { slot: next, timer: this.clock.setTimeout(() => this.#turn(), next * SLOT - this.clock.now()) };
  }

  #turn(): void {
    this.#armed = undefined;
    const reached = Math.floor(this.clock.now() / SLOT);
    for (const slot of [...this.#slots.keys()].filter((each) => each <= reached).sort((a, b) => a - b)) {
      const due = this.#slots.get(slot) ?? new Set();
      this.#slots.delete(slot);
      for (const call of due) call();
    }
    this.#arm();
  }
}
