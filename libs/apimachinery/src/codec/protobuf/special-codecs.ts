import { formatGoDuration, parseGoDuration } from './go-duration.js';
import { readNested, scalarCodecs, writeField, writeNested } from './value-codec.js';
import type { ValueCodec } from './value-codec.js';
import { BYTES, ProtobufError } from './wire-reader.js';
import type { WireReader } from './wire-reader.js';

const string = scalarCodecs['string'] as ValueCodec;
const int64 = scalarCodecs['int64'] as ValueCodec;

/** `repeat` of one string: `Verbs` and `ExtraValue` are lists in JSON and messages on the wire. */
export const stringListCodec: ValueCodec = {
  wireType: BYTES,
  write(writer, value) {
    writeNested(writer, () => {
      for (const item of [...(value as string[])].reverse()) writeField(writer, 1, string, item);
    });
  },
  read(reader) {
    const items: string[] = [];
    readNested(reader, (number) => number === 1 && items.push(reader.string()) > 0);
    return items;
  },
};

/** A quantity is a message with one string. */
export const quantityCodec: ValueCodec = {
  wireType: BYTES,
  write: (writer, value) => writeNested(writer, () => writeField(writer, 1, string, value)),
  read(reader) {
    let text = '0';
    readNested(reader, (number) => number === 1 && (text = reader.string()) !== undefined);
    return text;
  },
};

/** Seconds only: a time has no fraction of a second in JSON. The zero time is an empty message and nothing in JSON. */
export const timeCodec: ValueCodec = {
  wireType: BYTES,
  write: (writer, value) => writeTimestamp(writer, value, false),
  read: (reader) => readTimestamp(reader, false),
};

/** Seconds and nanoseconds, of which JSON has the microseconds. */
export const microTimeCodec: ValueCodec = {
  wireType: BYTES,
  write: (writer, value) => writeTimestamp(writer, value, true),
  read: (reader) => readTimestamp(reader, true),
};

export const durationCodec: ValueCodec = {
  wireType: BYTES,
  write: (writer, value) => writeNested(writer, () => writeField(writer, 1, int64, parseGoDuration(String(value)))),
  read(reader) {
    let nanoseconds: number | bigint = 0;
    readNested(reader, (number) => number === 1 && (nanoseconds = reader.varint()) !== undefined);
    return formatGoDuration(BigInt(nanoseconds));
  },
};

/** Type 0 is a number in field 2, type 1 a string in field 3. */
export const intOrStringCodec: ValueCodec = {
  wireType: BYTES,
  write(writer, value) {
    const isText = typeof value === 'string';
    writeNested(writer, () => {
      writeField(writer, 3, string, isText ? value : '');
      writeField(writer, 2, int64, isText ? 0 : value);
      writeField(writer, 1, int64, isText ? 1 : 0);
    });
  },
  read(reader) {
    let type = 0;
    let number = 0;
    let text = '';
    readNested(reader, (field) => {
      if (field === 1) type = Number(reader.varint());
      else if (field === 2) number = Number(reader.varint());
      else if (field === 3) text = reader.string();
      else return false;
      return true;
    });
    return type === 1 ? text : number;
  },
};

function writeTimestamp(writer: Parameters<ValueCodec['write']>[0], value: unknown, micro: boolean): void {
  const text = String(value);
  const seconds = Math.floor(Date.parse(text) / 1000);
  if (Number.isNaN(seconds)) throw new ProtobufError(`${JSON.stringify(text)} is not a time`);
  const micros = micro ? Number((/\.(\d{1,6})/.exec(text)?.[1] ?? '').padEnd(6, '0')) : 0;
  writeNested(writer, () => {
    writeField(writer, 2, int64, micros * 1000);
    writeField(writer, 1, int64, seconds);
  });
}

function readTimestamp(reader: WireReader, micro: boolean): string | undefined {
  let seconds: number | bigint | undefined;
  let nanos = 0;
  readNested(reader, (number) => {
    if (number === 1) seconds = reader.varint();
    else if (number === 2) nanos = Number(reader.varint());
    else return false;
    seconds ??= 0;
    return true;
  });
  return seconds === undefined ? undefined : timeText(Number(seconds), micro ? Math.trunc(nanos / 1000) : undefined);
}

function timeText(seconds: number, micros: number | undefined): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new ProtobufError(`${seconds} seconds are not a time`);
  const whole = date.toISOString().replace(/\.\d+Z$/, '');
  return micros === undefined ? `${whole}Z` : `${whole}.${String(micros).padStart(6, '0')}Z`;
}
