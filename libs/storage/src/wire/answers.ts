import type { HistoryPage, ListPage, StorageErrorCode, StoredValue, WriteOutcome } from '../storage.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readLogEntry, readOptionalValue, readStoredValue, writeLogEntry, writeOptionalValue, writeStoredValue } from './values.js';

/**
 * The answer to one request. `too-large` comes instead of an answer that does not fit into a message: the requester fetches it over a byte
 * stream by its ticket, where it was kept, or asks again over one. `invalid` is a request that no retry makes valid.
 */
export type StorageAnswer =
  | { readonly verb: 'write'; readonly outcome: WriteOutcome }
  | { readonly verb: 'get'; readonly revision: number; readonly value: StoredValue | undefined }
  | { readonly verb: 'list'; readonly page: ListPage }
  | { readonly verb: 'history'; readonly page: HistoryPage }
  | { readonly verb: 'currentRevision'; readonly revision: number }
  | { readonly verb: 'error'; readonly code: StorageErrorCode | 'invalid'; readonly message: string }
  | { readonly verb: 'too-large'; readonly ticket?: string };

const VERBS = ['write', 'get', 'list', 'history', 'currentRevision', 'error', 'too-large'] as const;

/** The answers to the requests of one message, in their order. `keep` takes each that does not fit, as the message that it will be, and gives its ticket. */
export function encodeAnswers(answers: readonly StorageAnswer[], limit = Infinity, keep: (answer: Uint8Array) => string | undefined = () => undefined): Buffer {
  const encoded = answers.map(encodeAnswer);
  const total = encoded.reduce((sum, answer) => sum + answer.length + 4, 0);
  const writer = new ByteWriter(Math.min(total, limit) + 16 * answers.length);
  let room = limit - 16 * answers.length;
  for (const answer of encoded) {
    const fits = answer.length <= room;
    if (fits) room -= answer.length;
    writer.bytes(fits ? answer : encodeAnswer({ verb: 'too-large', ticket: keep(alone(answer)) }));
  }
  return writer.finish();
}

export function decodeAnswers(data: Uint8Array): StorageAnswer[] {
  const reader = new ByteReader(data);
  const answers: StorageAnswer[] = [];
  while (!reader.atEnd) answers.push(readAnswer(new ByteReader(reader.bytes())));
  return answers;
}

/** One answer as a message of its own. */
function alone(answer: Uint8Array): Buffer {
  const writer = new ByteWriter(answer.length + 4);
  writer.bytes(answer);
  return writer.finish();
}

function encodeAnswer(answer: StorageAnswer): Buffer {
  const writer = new ByteWriter(256);
  writer.byte(VERBS.indexOf(answer.verb));
  switch (answer.verb) {
    case 'write':
      writeOutcome(writer, answer.outcome);
      break;
    case 'get':
      writer.number(answer.revision);
      writeOptionalValue(writer, answer.value);
      break;
    case 'list':
      writeListPage(writer, answer.page);
      break;
    case 'history':
      writer.number(answer.page.revision);
      writer.uint32(answer.page.entries.length);
      for (const entry of answer.page.entries) writeLogEntry(writer, entry);
      break;
    case 'currentRevision':
      writer.number(answer.revision);
      break;
    case 'error':
      writer.string(answer.code);
      writer.string(answer.message);
      break;
    case 'too-large':
      writer.string(answer.ticket ?? '');
  }
  return writer.finish();
}

function readAnswer(reader: ByteReader): StorageAnswer {
  const verb = VERBS[reader.byte()];
  switch (verb) {
    case 'write':
      return { verb, outcome: readOutcome(reader) };
    case 'get':
      return { verb, revision: reader.number(), value: readOptionalValue(reader) };
    case 'list':
      return { verb, page: readListPage(reader) };
    case 'history':
      return { verb, page: { revision: reader.number(), entries: Array.from({ length: reader.uint32() }, () => readLogEntry(reader)) } };
    case 'currentRevision':
      return { verb, revision: reader.number() };
    case 'error':
      return { verb, code: reader.string() as StorageErrorCode | 'invalid', message: reader.string() };
    case 'too-large':
      return { verb, ticket: reader.string() || undefined };
    default:
      throw new RangeError('a storage answer of an unknown verb');
  }
}

function writeOutcome(writer: ByteWriter, outcome: WriteOutcome): void {
  writer.boolean(outcome.ok);
  if (outcome.ok) {
    writer.uint32(outcome.revisions.length);
    for (const revision of outcome.revisions) writer.number(revision);
  } else {
    writer.uint32(outcome.failedOperation);
    writeOptionalValue(writer, outcome.current);
  }
}

function readOutcome(reader: ByteReader): WriteOutcome {
  if (reader.boolean()) return { ok: true, revisions: Array.from({ length: reader.uint32() }, () => reader.number()) };
  return { ok: false, failedOperation: reader.uint32(), current: readOptionalValue(reader) };
}

function writeListPage(writer: ByteWriter, page: ListPage): void {
  writer.number(page.revision);
  writer.boolean(page.more);
  writer.number(page.remaining);
  writer.uint32(page.items.length);
  for (const item of page.items) writeStoredValue(writer, item);
}

function readListPage(reader: ByteReader): ListPage {
  const revision = reader.number();
  const more = reader.boolean();
  const remaining = reader.number();
  return { revision, more, remaining, items: Array.from({ length: reader.uint32() }, () => readStoredValue(reader)) };
}
