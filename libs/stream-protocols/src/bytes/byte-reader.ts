const NOTHING = Buffer.alloc(0);

/** Reads pieces of a wanted size from chunks of whatever size they come in. */
export class ByteReader {
  #rest: Buffer = NOTHING;
  readonly #source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; undefined where the source ends before the first of them. Throws where it ends between. */
  async exactly(length: number): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    let size = 0;
    while (size < length) {
      const piece = await this.upTo(length - size);
      if (piece === undefined) {
        if (size === 0) return undefined;
        throw new RangeError('the source ended within a frame');
      }
      chunks.push(piece);
      size += piece.length;
    }
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
  }

  /** What is there, at least one byte and at most so many; undefined at the end. */
  async upTo(length: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) return undefined;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }
}
