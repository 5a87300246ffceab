import { JsonSyntaxError } from './json.js';
import type { MediaFormat } from './negotiation.js';
import { encodeProtobuf } from './protobuf/envelope.js';
import { ProtobufError } from './protobuf/wire-reader.js';
import { YamlSyntaxError } from './yaml.js';
import { encodeYaml } from './yaml-writer.js';

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
