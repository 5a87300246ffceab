import type { RequestContext } from './request-context.js';

interface Flight {
  readonly context: RequestContext;
  readonly deadline: number;
  readonly onExpired: () => void;
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

  /** `onExpired` is called when the time is up, before the work for the request is called off. Answers how to leave. */
  enter(context: RequestContext, onExpired: () => void): () => void {
    const flight: Flight = { context, deadline: Date.now() + this.timeoutMs, onExpired };
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

  stop(): void {
    clearInterval(this.#sweeper);
    for (const { context } of this.#flights) context.abandon();
  }

  #sweep(now: number): void {
    for (const flight of this.#flights) {
      if (flight.deadline > now) continue;
      this.#flights.delete(flight);
      flight.onExpired();
      flight.context.abandon();
    }
  }
}
