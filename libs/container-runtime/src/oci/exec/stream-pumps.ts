import type { Readable } from 'node:stream';
import { delay, systemClock } from '@gantry/async';
import type { ProcessStreams } from '../../runtime.js';

/** Takes a piece of output; the next is read when it has. */
export type Sink = (chunk: Uint8Array) => Promise<void> | void;

/** Milliseconds without output after which nothing more is expected of a command that has ended, though something still has its outputs open. */
const QUIET = 200;

/** Moves outputs to where they go, as fast as that takes them. */
export class OutputPumps {
  readonly #pumps: Promise<void>[] = [];
  readonly #sources: Readable[] = [];
  #busy = 0;
  #moved = 0;
  #failure: unknown;

  add(source: Readable, sink: Sink): void {
    this.#sources.push(source);
    this.#pumps.push(this.#pump(source, sink));
  }

  /** Resolves when all outputs are closed, or have been quiet for a moment. Rejects with what a sink failed with. */
  async drain(signal: AbortSignal): Promise<void> {
    let over = false;
    const all = Promise.all(this.#pumps).then(() => (over = true));
    for (let moved = -1; !over && !signal.aborted && (this.#busy > 0 || moved !== this.#moved); ) {
      moved = this.#moved;
      await Promise.race([all, delay(systemClock, QUIET, signal).catch(() => undefined)]);
    }
    this.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    for (const source of this.#sources) source.destroy();
  }

  async #pump(source: Readable, sink: Sink): Promise<void> {
    try {
      for await (const chunk of source) await this.#move(chunk as Uint8Array, sink);
    } catch {
      // It was closed before its end: nobody reads it, or nothing was expected of it any more.
    }
  }

  async #move(chunk: Uint8Array, sink: Sink): Promise<void> {
    this.#busy += 1;
    try {
      await sink(chunk);
    } catch (error) {
      this.#failure ??= error;
      throw error;
    } finally {
      this.#busy -= 1;
      this.#moved += 1;
    }
  }
}

/** Never rejects. */
export async function followSizes(sizes: ProcessStreams['resize'], resize: (size: { width: number; height: number }) => Promise<void>): Promise<void> {
  try {
    for await (const size of sizes ?? []) await resize(size);
  } catch {
    // A terminal whose size is not heard of keeps the one that it has.
  }
}
