import { validateKey } from '@gantry/storage';
import { damaged, SnapshotError } from './errors.js';

/**
 * A snapshot is one line of JSON, the header, and then a gzip stream of frames: the length in four bytes, big-endian, and as many
 * bytes. A frame is one object; one of length 0 ends them, and a last one is the trailer, as JSON. Objects come in the order of their keys.
 */
export const FORMAT = 'gantry-snapshot';
export const VERSION = 1;

export interface SnapshotHeader {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** For people. */
  readonly createdAt: string;
  readonly incarnation: string;
  /** The revision at which it is an exact picture. */
  readonly revision: number;
  readonly objects: number;
}

export interface SnapshotTrailer {
  readonly objects: number;
  /** Of the header line and all frames before the trailer. */
  readonly sha256: string;
  /** How many values are sealed, and the ids of the keys that open them. The keys are not in the snapshot. */
  readonly sealed: number;
  readonly sealedWith: readonly string[];
}

export interface SnapshotRecord {
  readonly key: string;
  readonly revision: number;
  /** Milliseconds that it still had to live, 0 for ever. */
  readonly ttlMs: number;
  readonly spliceOffset: number;
  readonly schemaHash: string;
  readonly value: Uint8Array;
}

export function encodeRecord({ key, revision, ttlMs, spliceOffset, schemaHash, value }: SnapshotRecord): Buffer {
  const head = Buffer.from(JSON.stringify([key, revision, ttlMs, spliceOffset, schemaHash]));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, value]);
}

/** Throws a SnapshotError on what is no record. */
export function decodeRecord(frame: Buffer): SnapshotRecord {
  const end = 4 + (frame.length < 4 ? 0 : frame.readUInt32BE(0));
  if (frame.length < end) throw damaged('an object ends too early');
  const [key, revision, ttlMs, spliceOffset, schemaHash] = parse(frame.subarray(4, end), 'an object') as [string, number, number, number, string];
  if (![revision, ttlMs, spliceOffset].every((number) => Number.isSafeInteger(number) && number >= 0) || typeof schemaHash !== 'string') throw damaged('an object cannot be read');
  try {
    validateKey(key);
  } catch (error) {
    throw damaged('an object has no key that can be one', error);
  }
  return { key, revision, ttlMs, spliceOffset, schemaHash, value: frame.subarray(end) };
}

export function parseHeader(line: Buffer): SnapshotHeader {
  let header: Partial<SnapshotHeader> | undefined;
  try {
    header = JSON.parse(line.toString()) as Partial<SnapshotHeader>;
  } catch {
    header = undefined;
  }
  if (header?.format !== FORMAT) throw new SnapshotError('this is not a snapshot of Gantry', 'give the file that "gantry snapshot save" wrote');
  if (header.version !== VERSION) throw new SnapshotError(`the snapshot has format ${String(header.version)}, and this program reads format ${VERSION}`, 'restore it with the version of Gantry that saved it, or a newer one');
  if (!Number.isSafeInteger(header.revision) || !Number.isSafeInteger(header.objects)) throw damaged('its header cannot be read');
  return header as SnapshotHeader;
}

export function parseTrailer(frame: Buffer): SnapshotTrailer {
  return parse(frame, 'its end') as SnapshotTrailer;
}

function parse(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw damaged(`${what} cannot be read`, error);
  }
}
