import { parseJson } from '../json.js';
import { readNested, scalarCodecs, writeField, writeNested } from './value-codec.js';
import type { ValueCodec } from './value-codec.js';
import { BYTES } from './wire-reader.js';

const bytes: ValueCodec = {
  wireType: BYTES,
  write(writer, value) {
    writer.bytes(value as Uint8Array);
    writer.varint((value as Uint8Array).length);
  },
  read: (reader) => reader.bytes(),
};

/**
 * JSON of any shape inside a message: raw extensions, field sets, defaults of schemas. `decode` reads the bytes; those of a raw
 * extension may hold a protobuf envelope instead.
 */
export function jsonBytesCodec(decode: (raw: Uint8Array) => unknown = (raw) => parseJson(Buffer.from(raw).toString('utf8'))): ValueCodec {
  return {
    wireType: BYTES,
    write: (writer, value) => writeNested(writer, () => writeField(writer, 1, bytes, Buffer.from(JSON.stringify(value)))),
    read(reader) {
      let raw: Uint8Array | undefined;
      readNested(reader, (number) => number === 1 && (raw = reader.bytes()) !== undefined);
      return raw === undefined || raw.length === 0 ? undefined : decode(raw);
    },
  };
}

/** The other form of a union with a schema: its field's number and codec, and how to tell and read it. */
interface Alternative {
  readonly number: number;
  readonly codec: ValueCodec;
  readonly repeated: boolean;
  readonly schemaNumber: number;
}

const bool = scalarCodecs['bool'] as ValueCodec;
const string = scalarCodecs['string'] as ValueCodec;

/** A JSON schema or something else (a list of schemas, a boolean, a list of names), as CustomResourceDefinitions have it. */
export function schemaUnionCodec(name: string, schema: ValueCodec): ValueCodec {
  const alternative = alternativeOf(name, schema);
  return {
    wireType: BYTES,
    write: (writer, value) => writeNested(writer, () => {
      const isSchema = typeof value === 'object' && !Array.isArray(value);
      if (isSchema) writeField(writer, alternative.schemaNumber, schema, value);
      if (isSchema && name === 'JSONSchemaPropsOrBool') writeField(writer, alternative.number, bool, true);
      if (!isSchema) for (const item of alternative.repeated ? [...(value as unknown[])].reverse() : [value]) writeField(writer, alternative.number, alternative.codec, item);
    }),
    read(reader) {
      let whole: unknown;
      const others: unknown[] = [];
      readNested(reader, (number) => {
        if (number === alternative.schemaNumber) whole = schema.read(reader);
        else if (number === alternative.number) others.push(alternative.codec.read(reader));
        else return false;
        return true;
      });
      if (whole !== undefined || others.length === 0) return whole;
      return alternative.repeated ? others : others[0];
    },
  };
}

function alternativeOf(name: string, schema: ValueCodec): Alternative {
  if (name === 'JSONSchemaPropsOrBool') return { number: 1, codec: bool, repeated: false, schemaNumber: 2 };
  if (name === 'JSONSchemaPropsOrArray') return { number: 2, codec: schema, repeated: true, schemaNumber: 1 };
  return { number: 2, codec: string, repeated: true, schemaNumber: 1 };
}
