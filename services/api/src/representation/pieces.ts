/** Answers are written in pieces of about this size, so that no single copy of a large list is ever made. */
const PIECE = 256 * 1024;

/** Gathers small byte arrays into pieces of about 256 KiB. */
export class Pieces {
  readonly #done: Buffer[] = [];
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

  finish(): Buffer[] {
    this.#flush();
    return this.#done;
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
