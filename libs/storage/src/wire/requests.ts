import type { ListOptions, WriteOperation } from '../storage.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readOptionalNumber, writeOptionalNumber } from './values.js';

/** One call of `Storage` as it travels. */
export type StorageRequest =
  | { readonly verb: 'write'; readonly operations: readonly WriteOperation[] }
  | { readonly verb: 'get'; readonly key: string; readonly revision?: number }
  | ({ readonly verb: 'list'; readonly prefix: string } & Omit<ListOptions, 'signal'>)
  | { readonly verb: 'history'; readonly after: number; readonly limit?: number }
  | { readonly verb: 'currentRevision' };

const VERBS = ['write', 'get', 'list', 'history', 'currentRevision'] as const;
/** The first two are numbered as they always were. */
const OPERATIONS = ['delete', 'put', 'check'] as const;

/** Several requests as one message. */
export function encodeRequests(requests: readonly StorageRequest[]): Buffer {
  const writer = new ByteWriter();
  for (const request of requests) writer.framed(() => writeRequest(writer, request));
  return writer.finish();
}

/** An operation without a value: its key has 1,024 bytes at most. */
const LARGEST_KEY_ONLY = 1100;

/** The bytes that a request takes in a message, at most. */
export function requestCapacity(request: StorageRequest): number {
  if (request.verb !== 'write') return 4096;
  return request.operations.reduce((sum, operation) => sum + (operation.type === 'put' ? 4096 + operation.value.length : LARGEST_KEY_ONLY), 16);
}

export function decodeRequests(data: Uint8Array): StorageRequest[] {
  const reader = new ByteReader(data);
  const requests: StorageRequest[] = [];
  while (!reader.atEnd) requests.push(readRequest(new ByteReader(reader.bytes())));
  return requests;
}

function writeRequest(writer: ByteWriter, request: StorageRequest): void {
  writer.byte(VERBS.indexOf(request.verb));
  switch (request.verb) {
    case 'write':
      writer.uint32(request.operations.length);
      return request.operations.forEach((operation) => writeOperation(writer, operation));
    case 'get':
      writer.string(request.key);
      return writeOptionalNumber(writer, request.revision);
    case 'list':
      writer.string(request.prefix);
      writeOptionalNumber(writer, request.revision);
      writeOptionalNumber(writer, request.limit);
      return writer.string(request.after ?? '');
    case 'history':
      writer.number(request.after);
      return writeOptionalNumber(writer, request.limit);
    case 'currentRevision':
  }
}

function readRequest(reader: ByteReader): StorageRequest {
  const verb = VERBS[reader.byte()];
  switch (verb) {
    case 'write':
      return { verb, operations: Array.from({ length: reader.uint32() }, () => readOperation(reader)) };
    case 'get':
      return { verb, key: reader.string(), revision: readOptionalNumber(reader) };
    case 'list':
      return { verb, prefix: reader.string(), revision: readOptionalNumber(reader), limit: readOptionalNumber(reader), after: reader.string() || undefined };
    case 'history':
      return { verb, after: reader.number(), limit: readOptionalNumber(reader) };
    case 'currentRevision':
      return { verb };
    default:
      throw new RangeError('a storage request of an unknown verb');
  }
}

function writeOperation(writer: ByteWriter, operation: WriteOperation): void {
  writer.byte(OPERATIONS.indexOf(operation.type));
  writer.string(operation.key);
  writer.number(operation.expectedRevision);
  if (operation.type !== 'put') return;
  writer.uint32(operation.spliceOffset);
  writer.string(operation.schemaHash);
  writeOptionalNumber(writer, operation.ttlSeconds);
  writer.bytes(operation.value);
}

function readOperation(reader: ByteReader): WriteOperation {
  const type = OPERATIONS[reader.byte()];
  const key = reader.string();
  const expectedRevision = reader.number();
  if (type === undefined) throw new RangeError('a storage operation of an unknown type');
  if (type !== 'put') return { type, key, expectedRevision };
  const spliceOffset = reader.uint32();
  const schemaHash = reader.string();
  const ttlSeconds = readOptionalNumber(reader);
  return { type: 'put', key, expectedRevision, spliceOffset, schemaHash, ttlSeconds, value: reader.bytes() };
}
