import { ByteQueue } from '../bytes/byte-queue.js';
import type { SpdyHeaders } from './header-blocks.js';

/** What a stream asks of its session. */
export interface StreamLink {
  /** Resolves when the connection takes more; rejects when it is gone. */
  send(id: number, data: Uint8Array, isEnd: boolean): Promise<void>;
  reset(id: number): void;
  /** The reader took bytes that had come. */
  taken(id: number, bytes: number): void;
  /** Both directions have ended. */
  over(id: number): void;
}

/** Longest frame of data, so that streams of one connection take turns. */
const PIECE_BYTES = 32 * 1024;

/** A stream that the client opened. */
export class SpdyStream {
  readonly #incoming: ByteQueue;
  #isReadToEnd = false;
  #isEnded = false;
  #failure: Error | undefined;
  /** Bytes that may be sent now; without end where the client keeps no account of them. */
  #credit: number;
  #wake: (() => void)[] = [];

  constructor(
    readonly id: number,
    readonly headers: SpdyHeaders,
    private readonly link: StreamLink,
    credit: number,
  ) {
    this.#credit = credit;
    this.#incoming = new ByteQueue((bytes) => link.taken(id, bytes));
  }

  /** What the client sends, to its end; throws when the stream or the connection broke. */
  get readable(): AsyncIterable<Uint8Array> {
    return this.#incoming;
  }

  /** Resolves when there is room for more; rejects when the stream broke. */
  async write(data: Uint8Array): Promise<void> {
    for (let start = 0; start < data.length; ) {
      await this.#room();
      const piece = data.subarray(start, start + Math.min(PIECE_BYTES, this.#credit));
      this.#credit -= piece.length;
      start += piece.length;
      await this.link.send(this.id, piece, false);
    }
  }

  /** Half-close: nothing more is sent. */
  async end(): Promise<void> {
    if (this.#isEnded || this.#failure !== undefined) return;
    this.#isEnded = true;
    const sent = this.link.send(this.id, new Uint8Array(0), true);
    this.#settle();
    await sent;
  }

  /** Breaks both directions. */
  reset(): void {
    if (this.#failure !== undefined || (this.#isEnded && this.#isReadToEnd)) return;
    this.link.reset(this.id);
    this.breakOff(new Error('the stream was reset'));
  }

  /** The session has bytes for it. */
  receive(data: Uint8Array, isEnd: boolean): void {
    if (data.length > 0) this.#incoming.push(data);
    if (!isEnd) return;
    this.#incoming.end();
    this.#isReadToEnd = true;
    this.#settle();
  }

  /** The client allows so many bytes more. */
  allow(bytes: number): void {
    this.#credit += bytes;
    this.#wakeAll();
  }

  breakOff(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#incoming.fail(error);
    this.#wakeAll();
    this.link.over(this.id);
  }

  async #room(): Promise<void> {
    while (this.#failure === undefined && !this.#isEnded && this.#credit <= 0) await new Promise<void>((resolve) => this.#wake.push(resolve));
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isEnded) throw new Error('the stream was ended on this side');
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #settle(): void {
    if (this.#isEnded && this.#isReadToEnd) this.link.over(this.id);
  }
}
