import type { Clock } from '@gantry/async';
import type { Upstream } from './upstreams.js';

export interface ExchangeOptions {
  /** Whether a packet is the answer; others are passed over. */
  readonly accepts: (received: Buffer) => boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Sends one packet and resolves to its answer; rejects when none comes in time. Leaves no socket behind either way. */
export type Exchange = (upstream: Upstream, packet: Buffer, options: ExchangeOptions) => Promise<Buffer>;

/** One answer, an error or the end of the time, whichever is first; then everything is let go. */
export function settleOnce(options: ExchangeOptions, start: (settle: { resolve(answer: Buffer): void; reject(reason: unknown): void }) => () => void): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const { clock, signal, timeout } = options;
  const timer = clock.setTimeout(() => reject(new DOMException(`no answer within ${timeout} ms`, 'TimeoutError')), timeout);
  const aborted = () => reject(signal.reason);
  if (signal.aborted) aborted();
  signal.addEventListener('abort', aborted, { once: true });
  const close = start({ resolve, reject });
  return promise.finally(() => {
    timer.cancel();
    signal.removeEventListener('abort', aborted);
    close();
  });
}
