import { BusError, type BusErrorCode, type BusHeaders, type ByteStream } from '../bus.js';
import { CHUNK_BYTES, WINDOW_BYTES, type Frame, type FrameKind } from './frames.js';
import { Inbound } from './inbound.js';
import { Outbound } from './outbound.js';

export interface StreamLink {
  readonly subject: string;
  readonly maxPayload: number;
  send(kind: FrameKind, sequence: number, value: number, data: Uint8Array): void;
  /** Called once, when both directions have ended or the stream broke. */
  onClosed(): void;
}

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One side of a stream, fed with the frames of the other. */
export class StreamSide implements ByteStream {
  headers: BusHeaders = {};
  readonly readable: AsyncIterable<Uint8Array>;
  readonly closed: Promise<string | undefined>;
  /** When the last frame came, in milliseconds of `performance.now()`. */
  lastHeard = performance.now();
  private readonly inbound = new Inbound((total) => this.link.send('credit', this.outbound.sent, total, NOTHING));
  private readonly outbound: Outbound;
  private finish!: (reason: string | undefined) => void;
  private done = false;

  constructor(private readonly link: StreamLink) {
    const chunkBytes = Math.min(CHUNK_BYTES, link.maxPayload);
    this.outbound = new Outbound(chunkBytes, WINDOW_BYTES, (kind, sequence, chunk) => link.send(kind, sequence, 0, chunk));
    this.closed = new Promise((resolve) => {
      this.finish = resolve;
    });
    this.readable = { [Symbol.asyncIterator]: () => this.iterate() };
  }

  get subject(): string {
    return this.link.subject;
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.outbound.write(chunk);
  }

  async end(): Promise<void> {
    await this.outbound.end();
    this.finishIfEnded();
  }

  cancel(reason = 'cancelled'): void {
    this.breakOff('cancelled', reason, true);
  }

  /** Breaks the stream from this side; `tell` says so to the other, as far as it can be reached. */
  breakOff(code: BusErrorCode, reason: string, tell: boolean): void {
    if (this.done) return;
    if (tell) this.link.send('cancel', this.outbound.sent, 0, encoder.encode(reason));
    const error = new BusError(code, reason);
    this.inbound.fail(error);
    this.outbound.fail(error);
    this.close(reason);
  }

  /** Shows the other side that this one is there; a lost last chunk is noticed by it. */
  showAlive(): void {
    this.link.send('alive', this.outbound.sent, 0, NOTHING);
  }

  handleFrame(frame: Frame): void {
    if (this.done) return;
    this.lastHeard = performance.now();
    if (frame.kind === 'cancel') return this.breakOff('cancelled', decoder.decode(frame.data), false);
    if (frame.sequence > this.inbound.expected) return this.breakOff('disconnected', 'a chunk of the stream was lost', true);
    if (frame.kind === 'credit') return this.outbound.allow(frame.value);
    // A repeated frame has a position that was already passed.
    if (frame.sequence === this.inbound.expected) this.take(frame);
  }

  private take(frame: Frame): void {
    if (frame.kind === 'data' && !this.inbound.ended) {
      if (!this.inbound.push(frame.data)) this.breakOff('cancelled', 'more was sent than the window allows', true);
    } else if (frame.kind === 'end') {
      this.inbound.end();
      this.finishIfEnded();
    }
  }

  private finishIfEnded(): void {
    if (this.inbound.ended && this.outbound.ended) this.close(undefined);
  }

  private close(reason: string | undefined): void {
    if (this.done) return;
    this.done = true;
    this.finish(reason);
    this.link.onClosed();
  }

  /** Leaving the loop keeps what was not read for the next one. */
  private async *iterate(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = await this.inbound.read();
      if (chunk === undefined) return;
      yield chunk;
    }
  }
}
