import { BusError } from '../bus.js';

interface WaitingWrite {
  readonly chunk: Uint8Array | 'end';
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The sending half of a stream: what is written waits here, in order, until the other side's window has room. */
export class Outbound {
  /** How many `data` and `end` frames were sent. */
  sent = 0;
  ended = false;
  private sentBytes = 0;
  private ending = false;
  private readonly waiting: WaitingWrite[] = [];
  private failure: Error | undefined;

  constructor(
    private readonly chunkBytes: number,
    /** Bytes that may have been sent in all. */
    private allowed: number,
    private readonly send: (kind: 'data' | 'end', sequence: number, chunk: Uint8Array) => void,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (this.ending) throw new BusError('cancelled', 'the stream was ended on this side');
    let last: Promise<void> | undefined;
    for (let start = 0; start < chunk.byteLength; start += this.chunkBytes) {
      last = this.sendOrWait(chunk.subarray(start, start + this.chunkBytes));
      // Pieces settle in order, so the last one speaks for all.
      last.catch(() => undefined);
    }
    await last;
  }

  async end(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (this.ending) return;
    this.ending = true;
    await this.sendOrWait('end');
  }

  /** The other side allows so many bytes in all; an older, smaller figure changes nothing. */
  allow(total: number): void {
    if (!(total > this.allowed)) return;
    this.allowed = total;
    this.sendWaiting();
  }

  fail(error: Error): void {
    this.failure ??= error;
    for (const write of this.waiting.splice(0)) write.reject(this.failure);
  }

  private sendOrWait(chunk: Uint8Array | 'end'): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting.push({ chunk, resolve, reject });
      this.sendWaiting();
    });
  }

  private sendWaiting(): void {
    while (this.waiting.length > 0) {
      const { chunk, resolve } = this.waiting[0] as WaitingWrite;
      if (chunk !== 'end' && this.sentBytes + chunk.byteLength > this.allowed) return;
      this.waiting.shift();
      this.sendOne(chunk);
      resolve();
    }
  }

  private sendOne(chunk: Uint8Array | 'end'): void {
    const sequence = this.sent;
    this.sent += 1;
    if (chunk === 'end') {
      this.ended = true;
      return this.send('end', sequence, new Uint8Array(0));
    }
    this.sentBytes += chunk.byteLength;
    this.send('data', sequence, chunk);
  }
}
