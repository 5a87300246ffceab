import type { ChangeType, LogEntry, Storage } from './storage.js';

/** Bodies above this many bytes travel by reference: the message says so and the reader asks the store. */
export const LARGEST_WATCH_BODY = 512 * 1024;

/** What a log entry is on the bus. The subject follows from `key`, the revision is the stream's sequence. */
export interface WatchMessage {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The message of a log entry: `txn-last` and `body` are there only when they say something. */
export function encodeWatchMessage(entry: LogEntry): WatchMessage {
  const headers: Record<string, string> = {
    type: entry.type,
    key: entry.key,
    epoch: String(entry.epoch),
    'prev-kind': String(entry.previousKind),
    'prev-object': String(entry.previousObject),
    splice: String(entry.spliceOffset),
    schema: entry.schemaHash,
  };
  if (entry.transactionLast) headers['txn-last'] = '1';
  if (entry.value.length <= LARGEST_WATCH_BODY) return { key: entry.key, headers, data: entry.value };
  headers['body'] = 'reference';
  return { key: entry.key, headers, data: NOTHING };
}

/** True when the message carries no body: `resolveWatchMessage` reads it from the store. */
export function isBodyByReference(headers: Readonly<Record<string, string>>): boolean {
  return headers['body'] === 'reference';
}

/** The log entry of a message that carries its body. Throws a TypeError on headers that are not those of a log entry. */
export function decodeWatchMessage(sequence: number, headers: Readonly<Record<string, string>>, data: Uint8Array): LogEntry {
  if (isBodyByReference(headers)) throw new TypeError(`the body of revision ${sequence} is by reference`);
  return {
    key: required(headers, 'key'),
    revision: sequence,
    value: data,
    type: changeType(required(headers, 'type')),
    epoch: count(headers, 'epoch'),
    previousKind: count(headers, 'prev-kind'),
    previousObject: count(headers, 'prev-object'),
    spliceOffset: count(headers, 'splice'),
    schemaHash: headers['schema'] ?? '',
    transactionLast: headers['txn-last'] === '1',
  };
}

/** The log entry of any message: decoded at once, or read from the store when the body is by reference. */
export function resolveWatchMessage(storage: Pick<Storage, 'history'>, sequence: number, headers: Readonly<Record<string, string>>, data: Uint8Array): LogEntry | Promise<LogEntry> {
  return isBodyByReference(headers) ? readEntry(storage, sequence) : decodeWatchMessage(sequence, headers, data);
}

async function readEntry(storage: Pick<Storage, 'history'>, revision: number): Promise<LogEntry> {
  const { entries } = await storage.history(revision - 1, { limit: 1 });
  const [entry] = entries;
  if (!entry || entry.revision !== revision) throw new TypeError(`the log has no revision ${revision}`);
  return entry;
}

function required(headers: Readonly<Record<string, string>>, name: string): string {
  const value = headers[name];
  if (value === undefined) throw new TypeError(`a watch message without the header ${name}`);
  return value;
}

function count(headers: Readonly<Record<string, string>>, name: string): number {
  const value = Number(required(headers, name));
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`a watch message whose header ${name} is no count`);
  return value;
}

function changeType(text: string): ChangeType {
  if (text === 'ADDED' || text === 'MODIFIED' || text === 'DELETED') return text;
  throw new TypeError(`a watch message of the unknown type ${text}`);
}
