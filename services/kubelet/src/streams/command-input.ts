import { AsyncQueue } from '@gantry/async';
import { ByteQueue, CHANNELS, readChannels } from '@gantry/stream-protocols/channels';
import { TerminalSizes } from './terminal-sizes.js';
import type { TerminalSize } from './terminal-sizes.js';

/** Bytes of input that the process has not taken; with more nothing more is read, sizes included. */
const MOST_UNREAD_BYTES = 256 * 1024;

/** What a client sends to a process, taken apart. */
export class CommandInput {
  readonly stdin = new ByteQueue((bytes) => this.#taken(bytes));
  readonly resize = new AsyncQueue<TerminalSize>();
  readonly #sizes = new TerminalSizes();
  #unread = 0;
  #onRoom: (() => void) | undefined;

  /** Reads until the source ends; never rejects: where the source broke, the input ends with its error. */
  async follow(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const { channel, data, isEnd } of readChannels(source)) {
        if (channel === CHANNELS.resize) for (const size of this.#sizes.read(data)) this.resize.push(size);
        if (channel === CHANNELS.stdin) await this.#receive(data, isEnd);
      }
      this.stdin.end();
    } catch (error) {
      this.stdin.fail(error instanceof Error ? error : new Error(String(error)));
      this.#onRoom?.();
    } finally {
      this.resize.close();
    }
  }

  /** Nobody reads it any more. */
  close(): void {
    this.stdin.fail(new Error('the process has ended'));
    this.resize.close();
  }

  async #receive(data: Uint8Array, isEnd: boolean): Promise<void> {
    this.#unread += data.length;
    if (data.length > 0) this.stdin.push(data);
    if (isEnd) this.stdin.end();
    if (this.#unread > MOST_UNREAD_BYTES) await new Promise<void>((resolve) => (this.#onRoom = resolve));
  }

  #taken(bytes: number): void {
    this.#unread -= bytes;
    if (this.#unread <= MOST_UNREAD_BYTES) this.#onRoom?.();
  }
}
