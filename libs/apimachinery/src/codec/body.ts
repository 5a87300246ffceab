import type { GroupVersionKind } from '../schema/schema.js';
import { duplicateFieldMessages, JsonSyntaxError, parseJson } from './json.js';
import type { MediaFormat } from './negotiation.js';
import { decodeProtobuf, encodeProtobuf } from './protobuf/envelope.js';
import { ProtobufError } from './protobuf/wire-reader.js';
import { parseYamlBody, YamlSyntaxError } from './yaml.js';
import { encodeYaml } from './yaml-document.js';

/** A decoded body. */
export interface DecodedBody {
  readonly value: unknown;
  /** What strict field validation reports of duplicate keys; empty unless asked for. */
  readonly duplicates: readonly string[];
}

/** How to decode a body. */
export interface DecodeOptions {
  /** The kind to read when a protobuf body does not name its own. */
  readonly expected?: GroupVersionKind;
  /** Look for duplicate keys: one more pass over a JSON text. */
  readonly findDuplicates?: boolean;
}

/**
 * The value of a body in one of the forms in which objects travel. Rejects with an error for which `isDecodeError` holds; its
 * message is for a 400.
 */
export async function decodeBody(bytes: Uint8Array, format: MediaFormat, options: DecodeOptions = {}): Promise<DecodedBody> {
  if (format === 'protobuf') return { value: decodeProtobuf(bytes, options.expected), duplicates: [] };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (format === 'json') {
    const value = parseJson(text);
    return { value, duplicates: options.findDuplicates === true ? duplicateFieldMessages(text, value) : [] };
  }
  const { value, duplicates } = await parseYamlBody(text);
  return { value, duplicates: duplicates === undefined || options.findDuplicates !== true ? [] : [duplicates] };
}

/** True for what the decoders throw on a body that is not in its form. */
export function isDecodeError(error: unknown): error is Error {
  return error instanceof JsonSyntaxError || error instanceof YamlSyntaxError || error instanceof ProtobufError;
}

/** An object in one of its forms. Throws `ProtobufError` for protobuf of a kind that has none. */
export function encodeBody(object: Readonly<Record<string, unknown>>, format: MediaFormat): Uint8Array {
  switch (format) {
    case 'json': return Buffer.from(JSON.stringify(object));
    case 'yaml': return Buffer.from(encodeYaml(object));
    case 'protobuf': return encodeProtobuf(object);
  }
}
