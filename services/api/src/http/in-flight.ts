/** A request that is being answered, from its first byte on. */
export interface InFlightRequest {
  /** The time is up: whoever waits is answered now. */
  expire(): void;
  /** Whatever still works for it may stop. */
  abandon(): void;
}

interface Flight {
  readonly request: InFlightRequest;
  readonly deadline: number;
}

const SWEEP_MS = 500;

/** The requests that are being answered: their deadlines, kept by one timer for all, and the wait for the last of them. */
export class InFlight {
  readonly #flights = new Set<Flight>();
  readonly #sweeper: NodeJS.Timeout;
  #onEmpty: (() => void) | undefined;

  constructor(private readonly timeoutMs: number) {
    this.#sweeper = setInterval(() => this.#sweep(Date.now()), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** Answers how to leave. One that is only passed on has no deadline. */
  enter(request: InFlightRequest, isBounded = true): () => void {
    const flight: Flight = { request, deadline: isBounded ? Date.now() + this.timeoutMs : Number.POSITIVE_INFINITY };
    this.#flights.add(flight);
    return () => {
      this.#flights.delete(flight);
      if (this.#flights.size === 0) this.#onEmpty?.();
    };
  }

  /** Resolves when no request is being answered, or after `patienceMs`. */
  async settled(patienceMs: number): Promise<void> {
    if (this.#flights.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Resolves when `milliseconds` have passed and nothing is being answered: requests that come meanwhile are. */
  async quiet(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.settled(milliseconds);
  }

  stop(): void {
    clearInterval(this.#sweeper);
    for (const { request } of this.#flights) request.abandon();
  }

  #sweep(now: number): void {
    for (const flight of this.#flights) {
      if (flight.deadline > now) continue;
      this.#flights.delete(flight);
      flight.request.expire();
      flight.request.abandon();
    }
  }
}
