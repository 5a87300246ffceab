import type { Clock, Timer } from '@gantry/async';
import { Deferred, onAbort, systemClock } from '@gantry/async';
import type { RateLimiter } from './rate-limit.js';
import { defaultRateLimiter } from './rate-limit.js';

/** What a queue tells about itself. */
export interface WorkQueueMetrics {
  added(depth: number): void;
  /** A key was taken after `milliseconds` in the queue. */
  taken(depth: number, milliseconds: number): void;
  retried(): void;
}

export interface WorkQueueOptions {
  readonly clock?: Clock;
  readonly rateLimiter?: RateLimiter;
  readonly metrics?: WorkQueueMetrics;
}

/**
 * Keys that need work: each at most once however often it was added, never worked on by two at once, and never lost when it is
 * added while it is worked on. Three sets:
 *
 * - `queue`: keys that wait, in order. Every one is in `dirty` and none is in `processing`.
 * - `dirty`: keys that need to be looked at.
 * - `processing`: keys that were taken and are not done. One that is also dirty goes back to `queue` when done.
 */
export class WorkQueue {
  readonly #queue: string[] = [];
  #head = 0;
  readonly #dirty = new Map<string, number>();
  readonly #processing = new Set<string>();
  readonly #later = new Map<string, { readonly due: number; readonly timer: Timer }>();
  #takers: Deferred<string | undefined>[] = [];
  #drained: Deferred<void> | undefined;
  readonly #clock: Clock;
  readonly #limiter: RateLimiter;
  readonly #metrics: WorkQueueMetrics | undefined;

  constructor(options: WorkQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#limiter = options.rateLimiter ?? defaultRateLimiter(this.#clock);
    this.#metrics = options.metrics;
  }

  /** Keys that wait and are not worked on. */
  get length(): number {
    return this.#queue.length - this.#head;
  }

  get isShutDown(): boolean {
    return this.#drained !== undefined;
  }

  add(key: string): void {
    if (this.isShutDown || this.#dirty.has(key)) return;
    this.#dirty.set(key, this.#clock.monotonic());
    if (this.#processing.has(key)) return;
    this.#enqueue(key);
    this.#metrics?.added(this.length);
  }

  /** Adds the key in `milliseconds`; of several such additions the earliest counts. */
  addAfter(key: string, milliseconds: number): void {
    if (this.isShutDown) return;
    if (milliseconds <= 0) return this.add(key);
    const due = this.#clock.monotonic() + milliseconds;
    const pending = this.#later.get(key);
    if (pending !== undefined && pending.due <= due) return;
    pending?.timer.cancel();
    const timer = this.#clock.setTimeout(() => {
      this.#later.delete(key);
      this.add(key);
    }, milliseconds);
    this.#later.set(key, { due, timer });
  }

  /** Adds the key again after as long as its failures call for. */
  addRateLimited(key: string): void {
    this.#metrics?.retried();
    this.addAfter(key, this.#limiter.when(key));
  }

  /** The key's failures no longer count. */
  forget(key: string): void {
    this.#limiter.forget(key);
  }

  /** Failures of the key since it was last forgotten. */
  failures(key: string): number {
    return this.#limiter.failures(key);
  }

  /** Takes the next key, which must be given back by `done`; undefined when the queue is shut down and empty, or `signal` is aborted. */
  take(signal?: AbortSignal): Promise<string | undefined> {
    if (signal?.aborted === true) return Promise.resolve(undefined);
    const key = this.#dequeue();
    if (key !== undefined) return Promise.resolve(this.#start(key));
    if (this.isShutDown) return Promise.resolve(undefined);
    const taker = new Deferred<string | undefined>();
    this.#takers.push(taker);
    const release = onAbort(signal, () => {
      this.#takers = this.#takers.filter((other) => other !== taker);
      taker.resolve(undefined);
    });
    void taker.promise.then(release);
    return taker.promise;
  }

  /** The work on a taken key is over, well or not. */
  done(key: string): void {
    if (!this.#processing.delete(key)) return;
    if (this.#dirty.has(key)) this.#enqueue(key);
    this.#checkDrained();
  }

  /** Refuses additions, drops what was to come later, lets takers have what is left. Resolves when all that was taken is done. */
  shutDown(): Promise<void> {
    if (this.#drained !== undefined) return this.#drained.promise;
    this.#drained = new Deferred();
    for (const { timer } of this.#later.values()) timer.cancel();
    this.#later.clear();
    for (const taker of this.#takers.splice(0)) taker.resolve(undefined);
    this.#checkDrained();
    return this.#drained.promise;
  }

  #start(key: string): string {
    const since = this.#dirty.get(key) ?? this.#clock.monotonic();
    this.#dirty.delete(key);
    this.#processing.add(key);
    this.#metrics?.taken(this.length, this.#clock.monotonic() - since);
    return key;
  }

  #enqueue(key: string): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#queue.push(key);
    else taker.resolve(this.#start(key));
  }

  /** An index instead of `shift`, which moves every waiting key. */
  #dequeue(): string | undefined {
    if (this.#head === this.#queue.length) return undefined;
    const key = this.#queue[this.#head++];
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    return key;
  }

  #checkDrained(): void {
    if (this.#drained !== undefined && this.#processing.size === 0) this.#drained.resolve();
  }
}
