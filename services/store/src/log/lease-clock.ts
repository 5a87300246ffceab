/**
 * The time by which keys expire: milliseconds for which stores have led this database, one leader going on where the one before
 * was last known to be. It stands still while nobody leads and never looks at a wall clock, so no jump of one expires a key early or late.
 */
export class LeaseClock {
  private readonly start: number;

  /** `base` is what the database remembers; `monotonic` counts milliseconds from anywhere and never backwards. */
  constructor(
    private readonly base: number,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.start = monotonic();
  }

  now(): number {
    return this.base + Math.floor(this.monotonic() - this.start);
  }
}
