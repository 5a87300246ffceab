import type { LogBytes } from './log-bytes.js';

const BLOCK = 64 * 1024;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

/** Reads a log file forwards; whoever writes it may be in the middle of a line, which comes when it is whole. */
export class LineReader {
  #rest: Buffer = EMPTY;

  constructor(
    private readonly bytes: LogBytes,
    private position: number,
  ) {}

  /** Whole lines, each with its newline, from where the last call stopped up to what the file has now. */
  async *lines(): AsyncGenerator<Buffer> {
    for (;;) {
      const block = await this.bytes.read(this.position, BLOCK);
      if (block.length === 0) return;
      this.position += block.length;
      yield* this.#split(block);
    }
  }

  *#split(block: Buffer): Generator<Buffer> {
    const text = this.#rest.length === 0 ? block : Buffer.concat([this.#rest, block]);
    let start = 0;
    for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, start)) {
      yield text.subarray(start, end + 1);
      start = end + 1;
    }
    this.#rest = text.subarray(start);
  }
}

/** Where lines at the end of a file begin, and how many they are: fewer than wanted where it has not so many. */
export interface Tail {
  readonly position: number;
  readonly lines: number;
}

/** Looks for the last lines from the end backwards. What has no newline yet is no line. */
export async function findTail(bytes: LogBytes, wanted: number): Promise<Tail> {
  let ends = 0;
  let position = await bytes.size();
  while (position > 0) {
    const start = Math.max(0, position - BLOCK);
    const block = await bytes.read(start, position - start);
    for (let at = block.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)) {
      if (ends === wanted) return { position: start + at + 1, lines: wanted };
      ends += 1;
    }
    position = start;
  }
  return { position: 0, lines: ends };
}
