import type { Clock } from './clock.js';

const nothing = () => undefined;

/** Calls `callback` with the reason once `signal` is aborted, at once if it is already; the returned function takes it back. */
export function onAbort(signal: AbortSignal | undefined, callback: (reason: unknown) => void): () => void {
  if (signal === undefined) return nothing;
  if (signal.aborted) {
    callback(signal.reason);
    return nothing;
  }
  const listener = () => callback(signal.reason);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/** Resolves after `milliseconds` of `clock`; rejects with the signal's reason when aborted first. */
export function delay(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      release();
      resolve();
    }, milliseconds);
    const release = onAbort(signal, (reason) => {
      timer.cancel();
      reject(reason);
    });
  });
}

/** A signal aborted by the first of several, and the way to let go of them. */
export interface JoinedSignal {
  readonly signal: AbortSignal;
  /** Takes the listeners off: a long-lived source would else keep every short-lived join. */
  dispose(): void;
}

/** Aborts when the first of `signals` does, with its reason; undefined ones are left out. */
export function anySignal(signals: readonly (AbortSignal | undefined)[]): JoinedSignal {
  const controller = new AbortController();
  const releases: (() => void)[] = [];
  const dispose = () => releases.splice(0).forEach((release) => release());
  for (const signal of signals) {
    releases.push(onAbort(signal, (reason) => controller.abort(reason)));
  }
  onAbort(controller.signal, dispose);
  return { signal: controller.signal, dispose };
}

/**
 * Runs `work` under a signal that is also aborted after `milliseconds`, with an Error whose name is `TimeoutError`. Rejects then
 * even where the work does not heed its signal.
 */
export async function withTimeout<T>(clock: Clock, milliseconds: number, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = clock.setTimeout(() => limit.abort(new DOMException(`no answer within ${milliseconds} ms`, 'TimeoutError')), milliseconds);
  const joined = anySignal([signal, limit.signal]);
  const aborted = Promise.withResolvers<never>();
  onAbort(joined.signal, aborted.reject);
  try {
    return await Promise.race([aborted.promise, work(joined.signal)]);
  } finally {
    timer.cancel();
    joined.dispose();
  }
}
