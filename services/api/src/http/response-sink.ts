import type { ServerResponse } from 'node:http';
import { constants, Http2ServerResponse } from 'node:http2';
import type { AnswerSink } from './answer.js';
import { joinedPieces } from './joined-pieces.js';

/**
 * A response as a sink. What is written in one turn of the loop leaves as one chunk: an event that reaches a watcher together with others
 * costs it one TLS record.
 */
export class ResponseSink implements AnswerSink {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #isOver = false;
  readonly #response: ServerResponse | Http2ServerResponse;
  readonly #goneListeners: (() => void)[] = [];
  readonly #overListeners: (() => void)[] = [];

  constructor(response: ServerResponse | Http2ServerResponse) {
    this.#response = response;
    response.on('close', () => this.#onClose());
    response.on('error', () => undefined);
    this.#isOver = isGone(response);
  }

  write(chunk: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#pending.length === 0) process.nextTick(() => this.#flush());
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
  }

  get buffered(): number {
    return this.#pendingBytes + unsent(this.#response);
  }

  drained(): Promise<void> {
    this.#flush();
    if (this.#isOver || unsent(this.#response) === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.#response.on('close', done);
    });
  }

  end(): void {
    this.#flush();
    this.#finish();
    this.#response.end();
  }

  destroy(): void {
    this.#finish();
    this.#pending = [];
    this.#pendingBytes = 0;
    breakOff(this.#response);
  }

  /** Called at once when the client left before there was an answer. */
  onGone(listener: () => void): void {
    if (this.#isOver) listener();
    else this.#goneListeners.push(listener);
  }

  onOver(listener: () => void): void {
    if (this.#isOver) listener();
    else this.#overListeners.push(listener);
  }

  #flush(): void {
    if (this.#pending.length === 0 || this.#isOver) return;
    const chunk = joinedPieces(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    write(this.#response, chunk);
  }

  #onClose(): void {
    if (this.#isOver) return;
    this.#finish();
    for (const listener of this.#goneListeners) listener();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const listener of this.#overListeners) listener();
  }
}

/** The two kinds of response have the same method with signatures that do not meet. */
function write(response: ServerResponse | Http2ServerResponse, chunk: Uint8Array): void {
  if (response instanceof Http2ServerResponse) response.write(chunk);
  else response.write(chunk);
}

/** Ends an answer for its client to see that it is not whole: a stream of HTTP/2 that is only destroyed looks as if it had ended. */
export function breakOff(response: ServerResponse | Http2ServerResponse): void {
  if (response instanceof Http2ServerResponse) response.stream?.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

/** True when the connection or the stream is closed: its `close` has been emitted and will not be again. */
export function isGone(response: ServerResponse | Http2ServerResponse): boolean {
  return response instanceof Http2ServerResponse ? response.stream === undefined || response.stream.destroyed || response.stream.closed : response.destroyed;
}

function unsent(response: ServerResponse | Http2ServerResponse): number {
  return response instanceof Http2ServerResponse ? (response.stream?.writableLength ?? 0) : response.writableLength;
}
