import { BYTES, FIXED64, VARINT } from './wire-reader.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/** How one value of a field stands on the wire, and as JSON. */
export interface ValueCodec {
  readonly wireType: number;
  /** Writes the value (with its length, where it has one) in front of what was written; the caller adds the tag. */
  write(writer: WireWriter, value: unknown): void;
  /** Reads one value; undefined stands for one that JSON leaves out. */
  read(reader: WireReader): unknown;
  /** What Go leaves out of JSON with `omitempty`; undefined where nothing is. */
  readonly zero?: unknown;
}

const string: ValueCodec = {
  wireType: BYTES,
  zero: '',
  write(writer, value) {
    const before = writer.length;
    writer.string(String(value));
    writer.varint(writer.length - before);
  },
  read: (reader) => reader.string(),
};

/** Bytes are base64 in JSON. */
const bytes: ValueCodec = {
  wireType: BYTES,
  zero: '',
  write: (writer, value) => writeDelimited(writer, Buffer.from(String(value), 'base64')),
  read: (reader) => Buffer.from(reader.bytes()).toString('base64'),
};

const bool: ValueCodec = {
  wireType: VARINT,
  zero: false,
  write: (writer, value) => writer.varint(value === true ? 1 : 0),
  read: (reader) => Number(reader.varint()) !== 0,
};

const integer: ValueCodec = {
  wireType: VARINT,
  zero: 0,
  write: (writer, value) => writer.varint(typeof value === 'bigint' ? value : Number(value)),
  read: (reader) => reader.varint(),
};

const int32: ValueCodec = { ...integer, read: (reader) => Number(BigInt.asIntN(32, BigInt(reader.varint()))) };

const double: ValueCodec = {
  wireType: FIXED64,
  zero: 0,
  write: (writer, value) => writer.double(Number(value)),
  read: (reader) => reader.double(),
};

/** The scalar types of protobuf that the API uses. */
export const scalarCodecs: Readonly<Record<string, ValueCodec>> = { string, bytes, bool, int32, int64: integer, double };

/** Bytes with their length in front. */
export function writeDelimited(writer: WireWriter, value: Uint8Array): void {
  writer.bytes(value);
  writer.varint(value.length);
}

/** A nested message: what `fields` writes, with its length in front. */
export function writeNested(writer: WireWriter, fields: () => void): void {
  const before = writer.length;
  fields();
  writer.varint(writer.length - before);
}

/** One field of a message: its value with the tag in front. */
export function writeField(writer: WireWriter, number: number, codec: ValueCodec, value: unknown): void {
  codec.write(writer, value);
  writer.tag(number, codec.wireType);
}

/** Reads the fields of a nested message; `take` answers false for a field that it did not read. */
export function readNested(reader: WireReader, take: (number: number, wireType: number) => boolean): void {
  reader.nested(() => readFields(reader, take));
}

/** Reads fields up to the reader's end. */
export function readFields(reader: WireReader, take: (number: number, wireType: number) => boolean): void {
  while (!reader.done) {
    const tag = reader.tag();
    if (!take(Math.floor(tag / 8), tag & 7)) reader.skip(tag & 7);
  }
}
