import type { ChangeType, LogEntry, StoredValue } from '../storage.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** In the order of their codes on the wire. */
const CHANGE_TYPES: readonly ChangeType[] = ['ADDED', 'MODIFIED', 'DELETED'];

/** Stands for a number that was not given; no revision, limit or duration is negative. */
const ABSENT = -1;

export function writeOptionalNumber(writer: ByteWriter, value: number | undefined): void {
  writer.number(value ?? ABSENT);
}

export function readOptionalNumber(reader: ByteReader): number | undefined {
  const value = reader.number();
  return value === ABSENT ? undefined : value;
}

export function writeStoredValue(writer: ByteWriter, value: StoredValue): void {
  writer.string(value.key);
  writer.number(value.revision);
  writer.uint32(value.spliceOffset);
  writer.string(value.schemaHash);
  writer.bytes(value.value);
}

export function readStoredValue(reader: ByteReader): StoredValue {
  const key = reader.string();
  const revision = reader.number();
  const spliceOffset = reader.uint32();
  const schemaHash = reader.string();
  return { key, revision, spliceOffset, schemaHash, value: reader.bytes() };
}

export function writeOptionalValue(writer: ByteWriter, value: StoredValue | undefined): void {
  writer.boolean(value !== undefined);
  if (value) writeStoredValue(writer, value);
}

export function readOptionalValue(reader: ByteReader): StoredValue | undefined {
  return reader.boolean() ? readStoredValue(reader) : undefined;
}

export function writeLogEntry(writer: ByteWriter, entry: LogEntry): void {
  writer.byte(CHANGE_TYPES.indexOf(entry.type));
  writer.number(entry.epoch);
  writer.number(entry.previousKind);
  writer.number(entry.previousObject);
  writer.boolean(entry.transactionLast);
  writeStoredValue(writer, entry);
}

export function readLogEntry(reader: ByteReader): LogEntry {
  const type = CHANGE_TYPES[reader.byte()];
  if (!type) throw new RangeError('a log entry of an unknown type');
  const epoch = reader.number();
  const previousKind = reader.number();
  const previousObject = reader.number();
  const transactionLast = reader.boolean();
  return { ...readStoredValue(reader), type, epoch, previousKind, previousObject, transactionLast };
}
