import { decodeEmbedded } from './envelope.js';
import { readFields, readNested, scalarCodecs, writeDelimited, writeField, writeNested } from './value-codec.js';
import type { ValueCodec } from './value-codec.js';
import { ProtobufError, WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

const PREFIX = 4;
/** A frame longer than this is refused: no object is as large. */
const MAX_FRAME = 64 * 1024 * 1024;
const string = scalarCodecs['string'] as ValueCodec;

/** One event of a watch stream. */
export interface DecodedWatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/**
 * One event of a protobuf watch: its length as four bytes, big endian, then a bare `meta.v1.WatchEvent` whose object is the given
 * body (`encodeProtobuf`).
 */
export function encodeWatchFrame(type: string, objectBody: Uint8Array): Uint8Array {
  const writer = new WireWriter();
  writeNested(writer, () => {
    writeDelimited(writer, objectBody);
    writer.tag(1, 2);
  });
  writer.tag(2, 2);
  writeField(writer, 1, string, type);
  const prefix = Buffer.allocUnsafe(PREFIX);
  prefix.writeUInt32BE(writer.length);
  writer.bytes(prefix);
  return writer.finish();
}

/**
 * The first event in `bytes` and how many bytes it took; undefined while the frame is not complete. Throws `ProtobufError` on a
 * frame that is none.
 */
export function decodeWatchFrame(bytes: Uint8Array): { readonly event: DecodedWatchEvent; readonly length: number } | undefined {
  if (bytes.length < PREFIX) return undefined;
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (size > MAX_FRAME) throw new ProtobufError(`a watch frame of ${size} bytes is too long`);
  if (bytes.length < PREFIX + size) return undefined;
  return { event: readEvent(bytes.subarray(PREFIX, PREFIX + size)), length: PREFIX + size };
}

function readEvent(message: Uint8Array): DecodedWatchEvent {
  const reader = new WireReader(message);
  const event: { type: string; object: unknown } = { type: '', object: undefined };
  readFields(reader, (number) => {
    if (number === 1) event.type = reader.string();
    else if (number === 2) readNested(reader, (inner) => inner === 1 && (event.object = decodeEmbedded(reader.bytes())) !== undefined);
    else return false;
    return true;
  });
  return event;
}
