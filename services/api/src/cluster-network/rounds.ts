import type { Logger } from '@gantry/async';

const INTERVAL_MS = 10_000;
const PATIENCE_MS = 1_000;

export interface RoundsOptions {
  /** Makes things as they shall be; what it cannot do is tried again with the next round. */
  readonly round: () => Promise<void>;
  /** What a stop undoes. */
  readonly leave: () => Promise<void>;
  readonly logger: Logger;
}

/** Something that is done again and again, for as long as the API runs. */
export class Rounds {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(private readonly options: RoundsOptions) {}

  /** Resolves with the first round; rejects when that failed, and may be called again. */
  async start(): Promise<void> {
    await this.options.round();
    this.#schedule();
  }

  /** Ends soon and never rejects: where the storage is gone there is nothing to undo. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    if (this.#timer === undefined) return;
    const { promise: overdue, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    await Promise.race([Promise.resolve(this.#running).then(this.options.leave).catch((error: unknown) => this.#log(error)), overdue]);
    clearTimeout(timer);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.options.round()
        .catch((error: unknown) => this.#log(error))
        .finally(() => this.#schedule());
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  #log(error: unknown): void {
    this.options.logger.debug({ error: String(error) }, 'The own Services could not be looked after');
  }
}
