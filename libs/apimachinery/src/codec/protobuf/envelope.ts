import { apiVersionOf, parseGroupVersionKind } from '../../schema/schema.js';
import type { GroupVersionKind } from '../../schema/schema.js';
import { definitionNameOf } from '../../schema/schema-model.js';
import { goQuote } from '../../errors/go-quote.js';
import { parseJson } from '../json.js';
import { MessageCodecs } from './message-codec.js';
import type { MessageCodec } from './message-codec.js';
import { readFields, readNested, scalarCodecs, writeField, writeNested } from './value-codec.js';
import type { ValueCodec } from './value-codec.js';
import { ProtobufError, WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

/** What every protobuf body starts with: `k8s` and a zero byte. */
const MAGIC = Uint8Array.from([0x6b, 0x38, 0x73, 0x00]);
const codecs = new MessageCodecs(decodeEmbedded);
const string = scalarCodecs['string'] as ValueCodec;

/** An object of any kind, as decoded. */
export interface TypedObject {
  apiVersion: string;
  kind: string;
  [field: string]: unknown;
}

/** Whether objects of a kind have a protobuf form. Tables and custom resources have none. */
export function hasProtobuf(kind: GroupVersionKind): boolean {
  const name = definitionNameOf(kind);
  return name !== undefined && codecs.message(name) !== undefined;
}

/** Whether bytes start as a protobuf body does. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, at) => bytes[at] === byte);
}

/** The body of an object: magic, then `runtime.Unknown` with its type and message. Throws `ProtobufError` for a kind without one. */
export function encodeProtobuf(object: Readonly<Record<string, unknown>>): Uint8Array {
  const { apiVersion, kind } = object as { apiVersion?: string; kind?: string };
  const codec = codecOfKind(parseGroupVersionKind(apiVersion ?? '', kind ?? ''));
  const writer = new WireWriter();
  writeField(writer, 4, string, '');
  writeField(writer, 3, string, '');
  codec.write(writer, object);
  writer.tag(2, 2);
  writeTypeMeta(writer, apiVersion ?? '', kind ?? '');
  writer.bytes(MAGIC);
  return writer.finish();
}

/** A list of which the items are encoded one by one: the body is `head`, then every item after its `prefix`, then `tail`. */
export interface ProtobufListFrame {
  readonly head: Uint8Array;
  /** What stands before an item of this many bytes. */
  prefix(itemBytes: number): Uint8Array;
  readonly tail: Uint8Array;
}

/** The frame of a list around items whose messages (`encodeMessage`) have these lengths. Throws `ProtobufError` for a kind without one. */
export function protobufListFrame(list: Readonly<Record<string, unknown>>, itemBytes: readonly number[]): ProtobufListFrame {
  const { apiVersion = '', kind = '', items: _items, ...fields } = list as { apiVersion?: string; kind?: string; items?: unknown };
  const codec = codecOfKind(parseGroupVersionKind(apiVersion, kind));
  const number = codec.numberOf('items');
  // Items of one list are of few lengths.
  const prefixes = new Map<number, Uint8Array>();
  const prefix = (bytes: number): Uint8Array => {
    let made = prefixes.get(bytes);
    if (made === undefined) prefixes.set(bytes, (made = itemPrefix(number, bytes)));
    return made;
  };
  const own = new WireWriter();
  codec.writeFields(own, fields);
  const rest = own.finish();
  const writer = new WireWriter();
  writer.bytes(rest);
  writer.varint(itemBytes.reduce((sum, bytes) => sum + bytes + prefix(bytes).length, rest.length));
  writer.tag(2, 2);
  writeTypeMeta(writer, apiVersion, kind);
  writer.bytes(MAGIC);
  return { head: writer.finish(), prefix, tail: emptyTail };
}

function itemPrefix(field: number, bytes: number): Uint8Array {
  const writer = new WireWriter();
  writer.varint(bytes);
  writer.tag(field, 2);
  return writer.finish();
}

/** What Go writes for an envelope without encoding: two empty texts. */
const emptyTail = Uint8Array.from([0x1a, 0x00, 0x22, 0x00]);

/**
 * The object of a body. `expected` is the kind to read when the body does not name its own. Throws `ProtobufError` on bytes that
 * are no body, on a kind that the model does not know, and on one without a protobuf form.
 */
export function decodeProtobuf(bytes: Uint8Array, expected?: GroupVersionKind): TypedObject {
  if (!isProtobuf(bytes)) throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const { apiVersion, kind, raw } = readUnknown(bytes.subarray(MAGIC.length));
  const named = kind === '' && expected !== undefined ? expected : parseGroupVersionKind(apiVersion, kind);
  const object: TypedObject = { apiVersion: apiVersionOf(named), kind: named.kind };
  codecOfKind(named).readAll(new WireReader(raw), object);
  return object;
}

/** A message without envelope by its definition's name: `io.k8s.api.core.v1.PodSpec`. */
export function encodeMessage(definitionName: string, value: Readonly<Record<string, unknown>>): Uint8Array {
  const writer = new WireWriter();
  codecOfDefinition(definitionName).writeFields(writer, value);
  return writer.finish();
}

/** The message that `encodeMessage` wrote. */
export function decodeMessage(definitionName: string, bytes: Uint8Array): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  codecOfDefinition(definitionName).readAll(new WireReader(bytes), value);
  return value;
}

/** An object inside a raw extension: an envelope, or JSON. */
export function decodeEmbedded(raw: Uint8Array): unknown {
  return isProtobuf(raw) ? decodeProtobuf(raw) : parseJson(Buffer.from(raw).toString('utf8'));
}

function codecOfKind(kind: GroupVersionKind): MessageCodec {
  const name = definitionNameOf(kind);
  if (name === undefined) throw new ProtobufError(`no kind ${goQuote(kind.kind)} is registered for version ${goQuote(apiVersionOf(kind))}`);
  return codecOfDefinition(name);
}

function codecOfDefinition(name: string): MessageCodec {
  const codec = codecs.message(name);
  if (codec === undefined) throw new ProtobufError(`object ${name} does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message`);
  return codec;
}

function writeTypeMeta(writer: WireWriter, apiVersion: string, kind: string): void {
  writeNested(writer, () => {
    writeField(writer, 2, string, kind);
    writeField(writer, 1, string, apiVersion);
  });
  writer.tag(1, 2);
}

function readUnknown(bytes: Uint8Array): { apiVersion: string; kind: string; raw: Uint8Array } {
  const reader = new WireReader(bytes);
  const unknown = { apiVersion: '', kind: '', raw: new Uint8Array(0) as Uint8Array };
  readFields(reader, (number, wireType) => {
    if (wireType !== 2 || number > 2) return false;
    if (number === 2) unknown.raw = reader.bytes();
    else readTypeMeta(reader, unknown);
    return true;
  });
  return unknown;
}

function readTypeMeta(reader: WireReader, unknown: { apiVersion: string; kind: string }): void {
  readNested(reader, (number) => {
    if (number === 1) unknown.apiVersion = reader.string();
    else if (number === 2) unknown.kind = reader.string();
    else return false;
    return true;
  });
}

