import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { controlBytes, dataBytes, FIN, FRAME, numbersBytes, readFrames, RST, SpdyError } from './frames.js';
import type { ControlFrame, DataFrame } from './frames.js';
import { emptyBlock, HeaderReader } from './header-blocks.js';
import { SpdyStream } from './stream.js';
import type { StreamLink } from './stream.js';

export interface SpdyOptions {
  /** Called with each stream that the client opens, after it was answered. */
  readonly onStream: (stream: SpdyStream) => void;
}

/** Streams that a client may have open at once. */
const MOST_STREAMS = 1024;
/** Bytes of all streams that nobody has read yet: with more the connection is not read on. */
const MOST_UNREAD_BYTES = 2 * 1024 * 1024;
/** Bytes that a reader takes before the client is told. */
const WINDOW_STEP = 32 * 1024;
/** Milliseconds between questions whether the client is still there. */
const PING_EVERY_MS = 30_000;
/** Milliseconds that a client has to take the rest and leave, once the session ends. */
const LEAVE_MS = 5_000;
const INITIAL_WINDOW = 7;

/**
 * The server's side of SPDY/3.1. Kubernetes' clients send no windows and heed none: a client is held back by its connection not being read, and what is sent to it by
 * its connection not taking more. One that announces a window by SETTINGS is sent no more than that.
 */
export class SpdySession {
  /** Resolves when the connection is gone, with the reason where it broke. */
  readonly closed: Promise<string | undefined>;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #headers = new HeaderReader();
  readonly #link: StreamLink;
  readonly #ping: NodeJS.Timeout;
  #lastId = 0;
  #isFirstAnswer = true;
  #initialCredit = Number.POSITIVE_INFINITY;
  #unread = 0;
  readonly #unreported = new Map<number, number>();
  #onRoom: (() => void) | undefined;
  #drained: Promise<void> | undefined;
  #isClosing = false;
  #pings = 0;

  constructor(
    private readonly connection: Duplex,
    head: Uint8Array,
    private readonly options: SpdyOptions,
  ) {
    this.#link = { send: (id, data, isEnd) => this.#send(dataBytes(id, data, isEnd)), reset: (id) => this.#post(numbersBytes(FRAME.rstStream, id, RST.cancel)), taken: (id, bytes) => this.#taken(id, bytes), over: (id) => this.#forget(id) };
    connection.on('error', () => undefined);
    this.#ping = setInterval(() => this.#askIfThere(), PING_EVERY_MS).unref();
    this.closed = this.#run(head);
  }

  /** Says that nothing more will come, and lets the client take what was written. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#post(numbersBytes(FRAME.goAway, this.#lastId, 0));
    this.connection.end();
    this.#limitLeaving();
  }

  destroy(): void {
    this.connection.destroy();
  }

  async #run(head: Uint8Array): Promise<string | undefined> {
    let reason: string | undefined;
    try {
      for await (const frame of readFrames(this.#bytes(head))) {
        await (frame.kind === 'data' ? this.#data(frame) : this.#control(frame));
        if (this.#unread > MOST_UNREAD_BYTES) await this.#room();
      }
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      if (error instanceof SpdyError) this.#post(numbersBytes(FRAME.goAway, this.#lastId, 1));
    }
    await this.#finish(reason);
    return reason;
  }

  async *#bytes(head: Uint8Array): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    yield* this.connection as AsyncIterable<Uint8Array>;
  }

  async #finish(reason: string | undefined): Promise<void> {
    clearInterval(this.#ping);
    this.#headers.close();
    const error = new Error(reason ?? 'the client left');
    for (const stream of [...this.#streams.values()]) stream.breakOff(error);
    if (this.connection.destroyed) return;
    this.connection.end(() => this.connection.destroy());
    this.#limitLeaving();
  }

  #limitLeaving(): void {
    const overdue = setTimeout(() => this.connection.destroy(), LEAVE_MS);
    this.connection.once('close', () => clearTimeout(overdue));
  }

  async #data({ stream: id, data, isEnd }: DataFrame): Promise<void> {
    const stream = this.#streams.get(id);
    if (stream === undefined) {
      if (id === 0 || id > this.#lastId) throw new SpdyError(`stream ${id} was never opened`);
      return;
    }
    this.#unread += data.length;
    stream.receive(data, isEnd);
  }

  async #control(frame: ControlFrame): Promise<void> {
    const { type, body } = frame;
    if (type === FRAME.synStream) return this.#open(frame);
    if (type === FRAME.headers) return void (await this.#headers.read(atLeast(body, 4).subarray(4)));
    if (type === FRAME.rstStream) return this.#streams.get(idAt(body, 0))?.breakOff(new Error('the client reset the stream'));
    if (type === FRAME.ping) return this.#answerPing(body);
    if (type === FRAME.settings) return this.#settings(body);
    if (type === FRAME.windowUpdate) return this.#streams.get(idAt(body, 0))?.allow(idAt(body, 4));
    if (type === FRAME.goAway) this.#goneAway();
    // Others say nothing that is needed here, and are to be passed over.
  }

  async #open({ flags, body }: ControlFrame): Promise<void> {
    const id = idAt(atLeast(body, 10), 0);
    const headers = await this.#headers.read(body.subarray(10));
    if (id % 2 === 0 || id <= this.#lastId) throw new SpdyError(`stream ${id} cannot be opened`);
    this.#lastId = id;
    if (this.#streams.size >= MOST_STREAMS || this.#isClosing) return this.#post(numbersBytes(FRAME.rstStream, id, RST.refusedStream));
    const stream = new SpdyStream(id, headers, this.#link, this.#initialCredit);
    this.#streams.set(id, stream);
    this.#answer(id);
    this.options.onStream(stream);
    if ((flags & FIN) !== 0) stream.receive(Buffer.alloc(0), true);
  }

  #answer(id: number): void {
    const body = Buffer.concat([Buffer.alloc(4), emptyBlock(this.#isFirstAnswer)]);
    this.#isFirstAnswer = false;
    body.writeUInt32BE(id);
    this.#post(controlBytes(FRAME.synReply, 0, body));
  }

  #answerPing(body: Buffer): void {
    // What has an even number is an answer to a ping of this side.
    if (idAt(body, 0) % 2 === 1) this.#post(controlBytes(FRAME.ping, 0, body.subarray(0, 4)));
  }

  #settings(body: Buffer): void {
    const count = idAt(body, 0);
    if (body.length < 4 + count * 8) throw new SpdyError('a frame of settings is too short');
    for (let at = 4; at < 4 + count * 8; at += 8) {
      if ((body.readUInt32BE(at) & 0xffffff) === INITIAL_WINDOW) this.#initialCredit = body.readUInt32BE(at + 4) & 0x7fffffff;
    }
  }

  /** The client opens no more streams, and leaves once those that there are have ended. */
  #goneAway(): void {
    this.#isClosing = true;
    if (this.#streams.size === 0) this.connection.end();
  }

  #forget(id: number): void {
    this.#streams.delete(id);
    this.#unreported.delete(id);
    if (this.#isClosing && this.#streams.size === 0 && !this.connection.writableEnded) this.connection.end();
  }

  #taken(id: number, bytes: number): void {
    this.#unread -= bytes;
    if (this.#unread <= MOST_UNREAD_BYTES) this.#onRoom?.();
    if (!this.#streams.has(id)) return;
    const unreported = (this.#unreported.get(id) ?? 0) + bytes;
    this.#unreported.set(id, unreported < WINDOW_STEP ? unreported : 0);
    if (unreported >= WINDOW_STEP) this.#post(numbersBytes(FRAME.windowUpdate, id, unreported));
  }

  /** Resolves when readers took enough, or when the connection is gone. */
  async #room(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.connection.off('close', done);
        this.#onRoom = undefined;
        resolve();
      };
      this.#onRoom = done;
      this.connection.once('close', done);
    });
  }

  #askIfThere(): void {
    this.#pings += 2;
    const body = Buffer.alloc(4);
    body.writeUInt32BE(this.#pings);
    this.#post(controlBytes(FRAME.ping, 0, body));
  }

  #post(bytes: Uint8Array): void {
    if (this.connection.writable) this.connection.write(bytes);
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (!this.connection.writable) throw new Error('the client left');
    if (this.connection.write(bytes)) return;
    await (this.#drained ??= this.#drain());
  }

  async #drain(): Promise<void> {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    this.connection.once('close', leave);
    try {
      await once(this.connection, 'drain', { signal: gone.signal });
    } catch {
      throw new Error('the client left');
    } finally {
      this.connection.off('close', leave);
      this.#drained = undefined;
    }
  }
}

function idAt(body: Buffer, at: number): number {
  return atLeast(body, at + 4).readUInt32BE(at) & 0x7fffffff;
}

function atLeast(body: Buffer, length: number): Buffer {
  if (body.length < length) throw new SpdyError('a control frame is too short');
  return body;
}
