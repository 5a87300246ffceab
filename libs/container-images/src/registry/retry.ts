import type { BackoffOptions, Clock } from '@gantry/async';
import { backoffDelay, delay } from '@gantry/async';

/** A failure after which the same request may do better. */
export class Transient extends Error {
  override readonly name = 'Transient';
  /** Milliseconds that the registry asks to wait. */
  readonly after: number | undefined;

  constructor(message: string, { after, cause }: { readonly after?: number; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.after = after;
  }
}

/** Nobody answered: another way to the registry may be open. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  /** It may be another moment. */
  readonly isTransient: boolean;

  constructor(message: string, isTransient: boolean, cause: unknown) {
    super(message, { cause });
    this.isTransient = isTransient;
  }
}

function mayPass(error: unknown): error is Transient | Unreachable {
  return error instanceof Transient || (error instanceof Unreachable && error.isTransient);
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Attempts in a row that may fail. */
  readonly attempts: number;
  /** Called before each further attempt: true where the last one has moved things on, so that it counts as the first. */
  readonly progressed?: () => boolean;
}

const BACKOFF: BackoffOptions = { initial: 500, cap: 20_000, jitter: 0.2 };
/** A registry that asks for more is asked again by whoever pulls again. */
const LONGEST_WAIT = 60_000;

/** Does `work` again while it fails with what may pass, with growing waits; rejects with the last failure. */
export async function withRetries<T>({ clock, signal, attempts, progressed }: RetryOptions, work: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!mayPass(error)) throw error;
      if (progressed?.() === true) failures = 1;
      const wait = Math.max(backoffDelay(BACKOFF, failures), (error instanceof Transient ? error.after : undefined) ?? 0);
      if (failures >= attempts || wait > LONGEST_WAIT) throw error;
      await delay(clock, wait, signal);
    }
  }
}

const TRANSIENT_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What an unexpected status is: worth another attempt or not. */
export function statusError(method: string, url: URL, status: number, text: string, retryAfter: string | undefined, now: number): Error {
  const message = `unexpected status from ${method} request to ${url.origin}${url.pathname}: ${status} ${text}`;
  return TRANSIENT_STATUS.has(status) ? new Transient(message, { after: readRetryAfter(retryAfter, now) }) : new Error(message);
}

/** Seconds or a date, in milliseconds from `now`. */
function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
}

/** No such name, nobody who listens, a certificate that is not trusted, something else than TLS: the next second changes nothing. */
const LASTING = /^(ENOTFOUND|ECONNREFUSED|EPROTO|ERR_SSL_|ERR_TLS_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/;

/** Errors of a connection: nobody is there, or it broke. */
export function connectionError(url: URL, error: unknown): Unreachable {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new Unreachable(`${url.host}: ${message === '' ? code : message}`, !LASTING.test(code), error);
}
