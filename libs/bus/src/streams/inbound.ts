import { WINDOW_BYTES } from './frames.js';

/** The receiving half of a stream: what came and was not read yet, bounded by the window granted to the other side. */
export class Inbound {
  /** Position of the next `data` or `end` frame. */
  expected = 0;
  ended = false;
  private readonly chunks: Uint8Array[] = [];
  private received = 0;
  private consumed = 0;
  private granted = WINDOW_BYTES;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;

  /** `grant` tells the other side how many bytes it may have sent in all. */
  constructor(private readonly grant: (total: number) => void) {}

  /** False when the other side sent more than it was granted. */
  push(chunk: Uint8Array): boolean {
    this.expected += 1;
    this.received += chunk.byteLength;
    if (this.received > this.granted) return false;
    this.chunks.push(chunk);
    this.wake?.();
    return true;
  }

  end(): void {
    this.expected += 1;
    this.ended = true;
    this.wake?.();
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.chunks.length = 0;
    this.wake?.();
  }

  /** The next chunk; undefined at the end. One reader at a time. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure;
      const chunk = this.chunks.shift();
      if (chunk !== undefined) return this.consume(chunk);
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = undefined;
    }
  }

  /** Grants anew when half of the window is used up. */
  private consume(chunk: Uint8Array): Uint8Array {
    this.consumed += chunk.byteLength;
    const total = this.consumed + WINDOW_BYTES;
    if (!this.ended && total - this.granted >= WINDOW_BYTES / 2) {
      this.granted = total;
      this.grant(total);
    }
    return chunk;
  }
}
