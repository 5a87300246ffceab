/**
 * The bus: one interface, several carriers (memory, local socket, NATS), one contract suite. Messages are bytes; carriers
 * never pass references, always answer asynchronously and enforce the same size limit. What is sent is copied at once: the
 * sender may reuse its buffer. What is received may be shared among receivers: nobody writes to it.
 *
 * Subjects are tokens joined by `.`; in a pattern `*` stands for one token and a last `>` for one or more. Any byte of a
 * token outside `[A-Za-z0-9_-]` is written `=XX` in hex (see `encodeToken`).
 */

export type BusHeaders = Readonly<Record<string, string>>;

export interface BusMessage {
  readonly subject: string;
  readonly headers: BusHeaders;
  readonly data: Uint8Array;
}

export interface Subscription {
  /** Stops delivery; resolves when no handler of this subscription runs any more. */
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly headers?: BusHeaders;
  /** Milliseconds until the request fails with `timeout`. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Reply {
  readonly headers?: BusHeaders;
  readonly data: Uint8Array;
}

/**
 * `signal` aborts when the requester gave up or its deadline passed. A throwing handler becomes a `handler-failed` error at the
 * requester, but for a `BusError` of its own with the code `refused` or `too-large`, which stays what it is.
 */
export type Responder = (message: BusMessage, signal: AbortSignal) => Promise<Reply> | Reply;

export interface SubscribeOptions {
  /** Subscribers of one queue share the messages: each message goes to one of them. */
  readonly queue?: string;
}

/**
 * Two directions of ordered bytes with flow control. A missing chunk breaks the stream with an error; it is never skipped.
 */
export interface ByteStream {
  /** Headers of the opening side's request (at the acceptor) or of the acceptor's answer (at the opener, once `accepted` resolves). */
  readonly headers: BusHeaders;
  readonly subject: string;
  /** Resolves when the other side's window has room; rejects when the stream broke. Larger pieces are split. */
  write(chunk: Uint8Array): Promise<void>;
  /** Half-close: no more writes from here; reading goes on. */
  end(): Promise<void>;
  /** Ends on the other side's half-close; throws when the stream broke or was cancelled. */
  readonly readable: AsyncIterable<Uint8Array>;
  /** Breaks both directions at once. */
  cancel(reason?: string): void;
  /** Resolves when both directions have ended, with the reason if it was broken. */
  readonly closed: Promise<string | undefined>;
}

/**
 * `accept` answers the opener with headers, once; the opener can send only then. A handler that throws before it refuses the
 * stream, one that throws after it cancels. A subject takes either requests or streams: opening is a request.
 */
export type StreamHandler = (stream: ByteStream & { accept(headers?: BusHeaders): void }) => Promise<void> | void;

export interface OpenStreamOptions {
  readonly headers?: BusHeaders;
  /** Milliseconds to wait for the acceptance. */
  readonly timeoutMs: number;
  /** Cancels the opening, and the stream once it is open. */
  readonly signal?: AbortSignal;
}

/** A message of the watch stream: its sequence is the cluster's resourceVersion. */
export interface SequencedMessage extends BusMessage {
  readonly sequence: number;
}

export interface FollowOptions {
  /** Subject patterns; unset: the whole stream. */
  readonly subjects?: readonly string[];
  /** First sequence wanted; if it is no longer kept, following starts at the first one that is, and `onGap` says so first. */
  readonly fromSequence: number;
  readonly onMessage: (message: SequencedMessage) => void;
  /** Called when the carrier cannot deliver what was asked for (purged, cut, started over); following goes on from `next` where it can. */
  readonly onGap?: (gap: { expected: number; next: number }) => void;
}

/** The stream that captures `watch.>`. Nothing depends on it keeping anything: what it lost is read from the store's log. */
export interface WatchStream {
  /** Creates the stream if it does not exist, with `nextSequence` as its first sequence. */
  ensure(nextSequence: number): Promise<void>;
  /** Publishes at exactly `sequence`: refused with `wrong-sequence` (and the stream's last one) unless the last is `sequence - 1`. */
  publish(subject: string, data: Uint8Array, headers: BusHeaders, sequence: number): Promise<void>;
  lastSequence(): Promise<number>;
  /** Drops all messages and makes `nextSequence` the next one. */
  purgeTo(nextSequence: number): Promise<void>;
  follow(options: FollowOptions): Promise<Subscription>;
}

export type BusErrorCode = 'no-responders' | 'timeout' | 'too-large' | 'disconnected' | 'handler-failed' | 'wrong-sequence' | 'cancelled' | 'refused';

export class BusError extends Error {
  override readonly name = 'BusError';
  constructor(
    readonly code: BusErrorCode,
    message: string,
    /** `wrong-sequence` only: the stream's last sequence. */
    readonly lastSequence?: number,
  ) {
    super(message);
  }
}

/** There was no connection when something was to be sent, so nobody has got it: whatever it asked for was not done. */
export class NotSentError extends BusError {
  constructor(message: string) {
    super('disconnected', message);
  }
}

export interface Bus {
  /** Largest `data` of one message, in bytes. */
  readonly maxPayload: number;
  publish(subject: string, data: Uint8Array, headers?: BusHeaders): void;
  subscribe(pattern: string, handler: (message: BusMessage) => void, options?: SubscribeOptions): Subscription;
  /** Fails with `no-responders` at once when nobody listens. */
  request(subject: string, data: Uint8Array, options: RequestOptions): Promise<BusMessage>;
  respond(pattern: string, responder: Responder, options?: SubscribeOptions): Subscription;
  openStream(subject: string, options: OpenStreamOptions): Promise<ByteStream>;
  acceptStreams(pattern: string, handler: StreamHandler, options?: SubscribeOptions): Subscription;
  readonly watch: WatchStream;
  /** Calls back on every change; the first call, with the present state, comes before this returns. */
  onConnection(listener: (connected: boolean) => void): Subscription;
  close(): Promise<void>;
}
