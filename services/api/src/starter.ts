import type { Logger } from '@gantry/async';
import { Deferred } from '@gantry/async';

const RETRY_MS = 100;

/** Tries to start until it works: the store comes up at the same time, in no order. */
export class Starter {
  readonly #ready = new Deferred<void>();
  #isReady = false;
  #isStopping = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly action: () => Promise<void>,
    private readonly logger: Logger,
  ) {
    this.#ready.promise.catch(() => undefined);
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  start(): void {
    this.action().then(
      () => {
        if (this.#isStopped) return;
        this.#isReady = true;
        this.#ready.resolve();
      },
      (error: unknown) => this.#again(error),
    );
  }

  /** From here on whoever asks is told that it ends; it is served on. */
  announceStop(): void {
    this.#isStopping = true;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Not ready from here on: what is open may finish, nothing new begins. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    if (!this.#isReady) this.#ready.reject(new Error('stopped before it was ready'));
    this.#isReady = false;
  }

  #again(error: unknown): void {
    if (this.#isStopped) return;
    this.logger.debug({ error: String(error) }, 'Not ready yet, trying again');
    this.#timer = setTimeout(() => this.start(), RETRY_MS);
  }
}
