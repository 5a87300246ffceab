import type { AnswerSink } from './answer.js';

/** A sink that is read as chunks: how a streamed answer leaves over the bus. Leaving the loop tells the writer that the client is gone. */
export class QueueSink implements AnswerSink, AsyncIterable<Uint8Array> {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #end: 'open' | 'ended' | 'broken' | 'gone' = 'open';
  #wake: (() => void) | undefined;
  #drained: (() => void)[] = [];
  readonly #goneListeners: (() => void)[] = [];
  readonly #overListeners: (() => void)[] = [];

  write(chunk: Uint8Array): void {
    if (this.#end !== 'open') return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wake?.();
  }

  get buffered(): number {
    return this.#bytes;
  }

  drained(): Promise<void> {
    if (this.#bytes === 0 || this.#end === 'gone') return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  end(): void {
    this.#finish('ended');
  }

  destroy(): void {
    this.#chunks = [];
    this.#bytes = 0;
    this.#finish('broken');
  }

  onGone(listener: () => void): void {
    if (this.#end === 'gone') listener();
    else this.#goneListeners.push(listener);
  }

  onOver(listener: () => void): void {
    if (this.#end !== 'open') listener();
    else this.#overListeners.push(listener);
  }

  /** The client is gone. */
  leave(): void {
    if (this.#end !== 'open') return;
    this.#finish('gone');
    for (const listener of this.#goneListeners) listener();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        while (this.#chunks.length > 0) yield this.#take();
        if (this.#end === 'broken') throw new Error('the stream was cut off');
        if (this.#end !== 'open') return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = undefined;
      }
    } finally {
      this.leave();
    }
  }

  /** Everything that has gathered, as one chunk. */
  #take(): Uint8Array {
    const chunk = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [];
    this.#bytes = 0;
    for (const resolve of this.#drained.splice(0)) resolve();
    return chunk;
  }

  #finish(end: 'ended' | 'broken' | 'gone'): void {
    if (this.#end !== 'open') return;
    this.#end = end;
    this.#wake?.();
    for (const resolve of this.#drained.splice(0)) resolve();
    for (const listener of this.#overListeners) listener();
  }
}
