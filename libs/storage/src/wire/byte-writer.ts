/** Writes numbers, strings and bytes one behind the other into one growing buffer. Integers are little endian. */
export class ByteWriter {
  private buffer: Buffer;
  private end = 0;

  constructor(capacity = 1024) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.end;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.end++] = value;
  }

  boolean(value: boolean): void {
    this.byte(value ? 1 : 0);
  }

  uint32(value: number): void {
    this.reserve(4);
    this.end = this.buffer.writeUInt32LE(value, this.end);
  }

  /** Eight bytes; exact for every integer up to 2^53. */
  number(value: number): void {
    this.reserve(8);
    this.end = this.buffer.writeDoubleLE(value, this.end);
  }

  string(value: string): void {
    this.reserve(4 + value.length * 3);
    const written = this.buffer.write(value, this.end + 4, 'utf8');
    this.buffer.writeUInt32LE(written, this.end);
    this.end += 4 + written;
  }

  bytes(value: Uint8Array): void {
    this.reserve(4 + value.length);
    this.buffer.writeUInt32LE(value.length, this.end);
    this.buffer.set(value, this.end + 4);
    this.end += 4 + value.length;
  }

  /** Runs `write` and puts the length of what it wrote in front. */
  framed(write: () => void): void {
    const start = this.end;
    this.uint32(0);
    write();
    this.buffer.writeUInt32LE(this.end - start - 4, start);
  }

  /** What was written; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes));
    this.buffer.copy(grown, 0, 0, this.end);
    this.buffer = grown;
  }
}
