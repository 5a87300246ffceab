import type { Clock, Timer } from '@gantry/async';

/** The end of a container's grace, which may be moved nearer while it runs. */
export class Grace {
  readonly #over = Promise.withResolvers<void>();
  readonly #abort = new AbortController();
  #timer: Timer | undefined;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    seconds: number,
  ) {
    this.shorten(seconds);
  }

  /** Milliseconds since the epoch. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Seconds until then, 0 after it. */
  get left(): number {
    return Math.max(0, (this.#deadline - this.clock.now()) / 1000);
  }

  /** Aborts when it is over. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether that is less than it was. */
  shorten(seconds: number): boolean {
    const deadline = this.clock.now() + seconds * 1000;
    if (deadline >= this.#deadline) return false;
    this.#deadline = deadline;
    this.#timer?.cancel();
    this.#timer = this.clock.setTimeout(() => this.#end(), seconds * 1000);
    return true;
  }

  /** Resolves with the work or the end of the grace, whichever is first; rejects where the work does. */
  async within(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, this.#over.promise]);
  }

  release(): void {
    this.#timer?.cancel();
  }

  #end(): void {
    this.#abort.abort(new Error('the grace is over'));
    this.#over.resolve();
  }
}
