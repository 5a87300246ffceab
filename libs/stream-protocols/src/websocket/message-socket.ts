import { AsyncQueue } from '@gantry/async';
import type { RawData, WebSocket } from 'ws';

/** Bytes that came and were not taken; with more the connection is not read on. */
const MOST_UNREAD_BYTES = 256 * 1024;
/** Bytes that the connection has not taken; with more who sends has to wait. */
const MOST_UNSENT_BYTES = 256 * 1024;
/** Milliseconds between questions whether the client is still there; one that has not said a word since the last is gone. */
const PING_EVERY_MS = 30_000;
/** Milliseconds that a client has to say good-bye. */
const LEAVE_MS = 5_000;

/** A WebSocket whose reader and writers wait for each other. */
export class MessageSocket {
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #messages = new AsyncQueue<Buffer>();
  #unread = 0;
  #isHeard = true;

  constructor(private readonly socket: WebSocket) {
    const ping = setInterval(() => this.#askIfThere(), PING_EVERY_MS).unref();
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        clearInterval(ping);
        this.#messages.close();
        resolve();
      });
    });
    socket.on('error', () => undefined); // `close` follows
    socket.on('pong', () => (this.#isHeard = true));
    socket.on('message', (data: RawData) => this.#receive(data as Buffer));
  }

  /** To the end of the connection. One reader. */
  async *messages(): AsyncGenerator<Buffer, void, undefined> {
    for await (const message of this.#messages) {
      yield message;
      this.#unread -= message.length;
      if (this.socket.isPaused && this.#unread <= MOST_UNREAD_BYTES) this.socket.resume();
    }
  }

  /** Bytes that were sent and that the connection has not taken. */
  get unsent(): number {
    return this.socket.bufferedAmount;
  }

  /** Resolves when there is room for more; rejects when the client is gone. */
  async send(data: Uint8Array | string): Promise<void> {
    if (this.socket.readyState !== this.socket.OPEN) throw new Error('the client left');
    const sent = new Promise<void>((resolve, reject) => this.socket.send(data, { binary: typeof data !== 'string' }, (error) => (error ? reject(error) : resolve())));
    sent.catch(() => undefined);
    if (this.socket.bufferedAmount > MOST_UNSENT_BYTES) await sent;
  }

  close(code = 1000, reason = ''): void {
    this.socket.resume();
    this.socket.close(code, reason);
    const overdue = setTimeout(() => this.socket.terminate(), LEAVE_MS);
    void this.closed.then(() => clearTimeout(overdue));
  }

  destroy(): void {
    this.socket.terminate();
  }

  #receive(message: Buffer): void {
    this.#isHeard = true;
    this.#unread += message.length;
    this.#messages.push(message);
    if (this.#unread > MOST_UNREAD_BYTES && this.socket.readyState === this.socket.OPEN) this.socket.pause();
  }

  #askIfThere(): void {
    // While it is not read it cannot be heard.
    if (!this.#isHeard && !this.socket.isPaused) return this.socket.terminate();
    this.#isHeard = false;
    this.socket.ping();
  }
}
