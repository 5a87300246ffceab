import { Deferred } from './deferred.js';
import { onAbort } from './signals.js';

/** Hands values from who pushes to who iterates, in order, without loss; unbounded: bound it at the source by `size`. */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  #waiting: Deferred<IteratorResult<T, undefined>>[] = [];
  #end: { readonly error?: unknown } | undefined;

  /** Values pushed and not yet taken. */
  get size(): number {
    return this.#values.length;
  }

  get closed(): boolean {
    return this.#end !== undefined;
  }

  /** Returns false, and drops the value, where the queue is closed. */
  push(value: T): boolean {
    if (this.#end !== undefined) return false;
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#values.push(value);
    else waiter.resolve({ done: false, value });
    return true;
  }

  /** No more values: who iterates gets what is left, then the end. */
  close(): void {
    this.#finish({});
  }

  /** As `close`, but the end is this error. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** The next value, or the end; rejects with the reason when `signal` is aborted, and takes no value then. */
  next(signal?: AbortSignal): Promise<IteratorResult<T, undefined>> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (this.#values.length > 0) return Promise.resolve({ done: false, value: this.#values.shift() as T });
    const waiter = new Deferred<IteratorResult<T, undefined>>();
    if (this.#end !== undefined) this.#settle(waiter, this.#end);
    else this.#enlist(waiter, signal);
    return waiter.promise;
  }

  /** Leaving the loop closes the queue. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => this.next(),
      return: () => {
        this.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #enlist(waiter: Deferred<IteratorResult<T, undefined>>, signal: AbortSignal | undefined): void {
    this.#waiting.push(waiter);
    const release = onAbort(signal, (reason) => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.reject(reason);
    });
    waiter.promise.then(release, release);
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    for (const waiter of this.#waiting.splice(0)) this.#settle(waiter, end);
  }

  #settle(waiter: Deferred<IteratorResult<T, undefined>>, end: { readonly error?: unknown }): void {
    if ('error' in end) waiter.reject(end.error);
    else waiter.resolve({ done: true, value: undefined });
  }
}
