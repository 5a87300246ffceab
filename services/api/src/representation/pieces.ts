import { Slice } from '../slices.js';

/** Answers are written in pieces of about this size, so that no single copy of a large list is ever made. */
const PIECE = 256 * 1024;

/** Gathers small byte arrays into pieces of about 256 KiB. */
export class Pieces {
  #done: Buffer[] = [];
  #piece = Buffer.allocUnsafe(16 * 1024);
  #length = 0;

  /** Room for `capacity` bytes: `write` puts them into the buffer at the offset and answers the offset behind them. */
  reserve(capacity: number, write: (target: Buffer, offset: number) => number): void {
    if (this.#length + capacity > this.#piece.length) this.#grow(capacity);
    this.#length = write(this.#piece, this.#length);
  }

  add(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#piece.length) this.#grow(bytes.length);
    this.#piece.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The pieces that are full; they are the caller's. */
  take(): Buffer[] {
    const done = this.#done;
    if (done.length > 0) this.#done = [];
    return done;
  }

  /** What is left, full or not. */
  finish(): Buffer[] {
    this.#flush();
    return this.take();
  }

  #grow(needed: number): void {
    this.#flush();
    this.#piece = Buffer.allocUnsafe(Math.max(PIECE, needed));
  }

  #flush(): void {
    if (this.#length > 0) this.#done.push(this.#piece.subarray(0, this.#length));
    this.#length = 0;
    this.#piece = this.#piece.subarray(0, 0);
  }
}

/** What `item` writes for 0 to `count` - 1, between a head and a tail: made in slices, and no faster than it is read. */
export async function* piecesOf(count: number, head: Uint8Array, item: (pieces: Pieces, index: number) => void, tail: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = new Pieces();
  const slice = new Slice();
  pieces.add(head);
  for (let index = 0; index < count; index++) {
    item(pieces, index);
    for (const piece of pieces.take()) yield piece;
    if (slice.isOver()) await slice.pause();
  }
  pieces.add(tail);
  for (const piece of pieces.finish()) yield piece;
}

/** All pieces of a list that is not long. */
export async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
