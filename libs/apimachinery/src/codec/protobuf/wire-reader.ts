/** Bytes that are no message of the expected kind. `message` is for a 400. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/** Deeper nesting of messages is refused. */
const MAX_DEPTH = 1000;

/** Reads protobuf's primitives out of bytes that it does not copy. Every read is checked against the end. */
export class WireReader {
  private readonly buffer: Buffer;
  private at: number;
  private end: number;
  private depth = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.end = this.buffer.length;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** A field's number times 8 plus its wire type. */
  tag(): number {
    const tag = this.varint();
    if (typeof tag !== 'number' || tag < 8 || tag > 0xffffffff) throw new ProtobufError('illegal tag');
    return tag;
  }

  bytes(): Uint8Array {
    const end = this.endOfLength();
    const bytes = this.buffer.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  string(): string {
    const end = this.endOfLength();
    const text = this.buffer.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  double(): number {
    this.need(8);
    this.at += 8;
    return this.buffer.readDoubleLE(this.at - 8);
  }

  /** A signed integer of 64 bits: a number where that is exact, else a bigint. */
  varint(): number | bigint {
    let low = 0;
    let scale = 1;
    for (let size = 0; size < 7; size += 1) {
      const byte = this.byte();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return low;
      scale *= 128;
    }
    return this.longVarint(BigInt(low));
  }

  /** Calls `read` with this reader narrowed to the nested message that begins here. */
  nested(read: () => void): void {
    const end = this.endOfLength();
    const outer = this.end;
    if (this.depth >= MAX_DEPTH) throw new ProtobufError('exceeded max depth');
    this.depth += 1;
    this.end = end;
    read();
    this.end = outer;
    this.at = end;
    this.depth -= 1;
  }

  /** Passes over a field that nobody asked for. */
  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === BYTES) this.bytes();
    else if (wireType === FIXED64 || wireType === FIXED32) this.advance(wireType === FIXED64 ? 8 : 4);
    else throw new ProtobufError(`illegal wireType ${wireType}`);
  }

  private longVarint(low: bigint): number | bigint {
    let value = low;
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return exact(BigInt.asIntN(64, value));
    }
    throw new ProtobufError('integer overflow');
  }

  private endOfLength(): number {
    const length = this.varint();
    if (typeof length !== 'number' || length < 0 || length > this.end - this.at) throw new ProtobufError('unexpected EOF');
    return this.at + length;
  }

  private byte(): number {
    this.need(1);
    this.at += 1;
    return this.buffer[this.at - 1] as number;
  }

  private advance(size: number): void {
    this.need(size);
    this.at += size;
  }

  private need(size: number): void {
    if (this.end - this.at < size) throw new ProtobufError('unexpected EOF');
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
