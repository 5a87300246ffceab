import { Deferred } from './deferred.js';
import { onAbort } from './signals.js';

/** Admits at most `limit` at once; who waits is admitted in order of arrival. */
export class Semaphore {
  #free: number;
  #waiting: Deferred<void>[] = [];

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`a semaphore admits 1 or more, not ${limit}`);
    this.#free = limit;
  }

  /** Those that wait to be admitted. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves, when admitted, to the function that gives the place back (once, however often it is called). */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#release();
    };
  }

  /** Runs `work` when admitted. */
  async run<T>(work: () => Promise<T> | T, signal?: AbortSignal): Promise<T> {
    const release = await this.acquire(signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const turn = new Deferred<void>();
    this.#waiting.push(turn);
    const forget = onAbort(signal, (reason) => {
      this.#waiting = this.#waiting.filter((other) => other !== turn);
      turn.reject(reason);
    });
    await turn.promise.finally(forget);
  }

  /** A place that comes free goes straight to the next in line: nobody can slip in between. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.resolve();
  }
}
