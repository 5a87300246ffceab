/** What the next bytes are: a number of them that is read as one, or a run that is passed by. */
type Part = 'magic' | 'descriptor' | 'header' | 'block' | 'body' | 'checksum' | 'skipped-size' | 'skipped';

const READ_LENGTHS: Partial<Record<Part, number>> = { magic: 4, descriptor: 1, block: 3, 'skipped-size': 4 };
const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_LENGTHS = [0, 1, 2, 4];
const CONTENT_LENGTHS = [0, 2, 4, 8];
const RLE = 1;

/**
 * Cuts a stream of zstd where a frame ends (RFC 8878, section 3.1), and leaves skippable frames out: Node's decompressor takes several
 * frames, as images in the form "zstd:chunked" have them, only when each begins in a write of its own.
 */
export class ZstdFrames {
  #part: Part = 'magic';
  /** Of a number: its bytes so far. */
  #value = 0;
  #read = 0;
  /** Of a run: bytes to come. */
  #left = 0;
  #hasChecksum = false;
  #isLast = false;
  /** Bytes of a magic number that may begin a skippable frame, and so are not passed on yet. */
  #held: number[] = [];

  /** The pieces of a chunk, none of which goes beyond the end of a frame. What is no zstd is passed on as it is. */
  push(chunk: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = 0; at < chunk.length; ) at += this.#isRun ? this.#run(chunk, at, pieces) : this.#number(chunk[at]!, pieces);
    return pieces;
  }

  get #isRun(): boolean {
    return READ_LENGTHS[this.#part] === undefined;
  }

  #run(chunk: Buffer, at: number, pieces: Buffer[]): number {
    const length = Math.min(this.#left, chunk.length - at);
    if (this.#part !== 'skipped' && length > 0) pieces.push(chunk.subarray(at, at + length));
    this.#left -= length;
    if (this.#left === 0) this.#afterRun();
    return length;
  }

  #afterRun(): void {
    if (this.#part === 'header') return this.#expect('block');
    if (this.#part === 'body' && !this.#isLast) return this.#expect('block');
    if (this.#part === 'body' && this.#hasChecksum) return this.#expect('checksum', 4);
    this.#expect('magic');
  }

  #number(byte: number, pieces: Buffer[]): number {
    this.#value += byte * 256 ** this.#read;
    this.#read += 1;
    this.#held.push(byte);
    if (this.#read < READ_LENGTHS[this.#part]!) return 1;
    const isFrame = this.#afterNumber(this.#value);
    if (isFrame) pieces.push(Buffer.from(this.#held));
    this.#held = [];
    return 1;
  }

  /** False where the number is not for the decompressor. */
  #afterNumber(value: number): boolean {
    if (this.#part === 'magic') return this.#afterMagic(value);
    if (this.#part === 'skipped-size') {
      this.#expect('skipped', value);
      return false;
    }
    if (this.#part === 'descriptor') this.#afterDescriptor(value);
    else this.#afterBlock(value);
    return true;
  }

  #afterMagic(value: number): boolean {
    const isSkippable = value >= SKIPPABLE && value < SKIPPABLE + 16;
    if (isSkippable) this.#expect('skipped-size');
    else if (value === FRAME) this.#expect('descriptor');
    // The decompressor says what is wrong.
    else this.#expect('body', Number.MAX_SAFE_INTEGER);
    return !isSkippable;
  }

  #afterDescriptor(value: number): void {
    const isSingle = (value & 0x20) !== 0;
    this.#hasChecksum = (value & 4) !== 0;
    const contentFlag = value >> 6;
    const content = contentFlag === 0 && isSingle ? 1 : CONTENT_LENGTHS[contentFlag]!;
    this.#expect('header', (isSingle ? 0 : 1) + DICTIONARY_LENGTHS[value & 3]! + content);
  }

  #afterBlock(value: number): void {
    this.#isLast = (value & 1) === 1;
    this.#expect('body', ((value >> 1) & 3) === RLE ? 1 : value >> 3);
  }

  #expect(part: Part, left = 0): void {
    this.#part = part;
    this.#value = 0;
    this.#read = 0;
    this.#left = left;
    if (left === 0 && this.#isRun) this.#afterRun();
  }
}

/** The same bytes, cut. */
export async function* cutFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const frames = new ZstdFrames();
  for await (const chunk of source) yield* frames.push(chunk);
}
