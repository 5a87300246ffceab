import { ProtobufError } from './wire-reader.js';

const FIRST_SIZE = 64 * 1024;
/** A buffer that grew beyond this is not kept for the next writer. */
const LARGEST_KEPT = 1024 * 1024;

/** The buffer of the writer before, while no writer has it. */
let spare: Buffer | undefined;

function takeBuffer(): Buffer {
  const buffer = spare ?? Buffer.allocUnsafeSlow(FIRST_SIZE);
  spare = undefined;
  return buffer;
}

/**
 * Writes a protobuf message from its end to its start: when a nested message is complete its length is known, so no length is
 * ever computed twice and nothing is moved.
 */
export class WireWriter {
  private buffer = takeBuffer();
  private start = this.buffer.length;

  /** Bytes written so far; the difference of two readings is the length of what was written between. */
  get length(): number {
    return this.buffer.length - this.start;
  }

  /** What was written, in order, in memory of its own. The writer is done with. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.buffer.subarray(this.start));
    if (this.buffer.length <= LARGEST_KEPT) spare = this.buffer;
    this.buffer = Buffer.alloc(0);
    this.start = 0;
    return bytes;
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  bytes(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.start);
  }

  string(value: string): void {
    const length = Buffer.byteLength(value);
    this.reserve(length);
    this.buffer.write(value, this.start, length, 'utf8');
  }

  double(value: number): void {
    this.reserve(8);
    this.buffer.writeDoubleLE(value, this.start);
  }

  /** A signed integer of 64 bits; a negative one takes ten bytes, as protobuf's int32 and int64 do. Throws `ProtobufError` for what is no integer. */
  varint(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value < 0x80 && Number.isInteger(value)) {
      this.reserve(1);
      this.buffer[this.start] = value;
    } else if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) {
      this.longVarint(value);
    } else if (typeof value === 'bigint' || Number.isInteger(value)) {
      this.bigVarint(BigInt.asUintN(64, BigInt(value)));
    } else {
      throw new ProtobufError(`${String(value)} is no integer`);
    }
  }

  private longVarint(value: number): void {
    let size = 1;
    for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) size += 1;
    this.reserve(size);
    let rest = value;
    for (let at = this.start; at < this.start + size - 1; at += 1) {
      this.buffer[at] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.start + size - 1] = rest;
  }

  private bigVarint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.bytes(Uint8Array.from(bytes));
  }

  private reserve(size: number): void {
    if (this.start < size) this.grow(size);
    this.start -= size;
  }

  private grow(size: number): void {
    const used = this.length;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, used + size));
    this.buffer.copy(larger, larger.length - used, this.start);
    this.start = larger.length - used;
    this.buffer = larger;
  }
}
