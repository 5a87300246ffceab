/** Reads what `ByteWriter` wrote. Throws a RangeError on a message that ends too early. Bytes are views, not copies. */
export class ByteReader {
  private readonly buffer: Buffer;
  private offset = 0;

  constructor(data: Uint8Array) {
    this.buffer = Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  get atEnd(): boolean {
    return this.offset === this.buffer.length;
  }

  byte(): number {
    return this.buffer.readUInt8(this.advance(1));
  }

  boolean(): boolean {
    return this.byte() === 1;
  }

  uint32(): number {
    return this.buffer.readUInt32LE(this.advance(4));
  }

  number(): number {
    return this.buffer.readDoubleLE(this.advance(8));
  }

  string(): string {
    const length = this.uint32();
    const start = this.advance(length);
    return this.buffer.toString('utf8', start, start + length);
  }

  bytes(): Buffer {
    const length = this.uint32();
    const start = this.advance(length);
    return this.buffer.subarray(start, start + length);
  }

  private advance(bytes: number): number {
    const start = this.offset;
    if (start + bytes > this.buffer.length) throw new RangeError('the message ends too early');
    this.offset = start + bytes;
    return start;
  }
}
