import { WireWriter } from '../codec/protobuf/wire-writer.js';
import { MessageWriter } from './gnostic-writer.js';
import type { OpenApiV3Document } from './v3.js';

/** How a keyword's value is written. */
type Field = (message: MessageWriter, value: never) => void;
/** A message: how each keyword is written, by field numbers that grow, and the number for keywords that begin with `x-`. */
interface Shape {
  readonly fields: Readonly<Record<string, Field>>;
  readonly extensions: number;
}
type Named = Readonly<Record<string, object>>;

const text = (field: number): Field => (message, value: string) => message.text(field, value);
const texts = (field: number): Field => (message, values: readonly string[]) => message.texts(field, values);
const flag = (field: number): Field => (message, value: boolean) => value && message.bool(field, value);
const inside = (field: number, write: Field): Field => (message, value) => message.nested(field, () => write(message, value));
const each = (field: number, write: Field): Field => (message, values: readonly never[]) => message.each(field, values, (value) => write(message, value));
/** A map whose message has its entries in one field. */
const named = (field: number, write: Field): Field => (message, values: Named) => message.named(field, Object.entries(values), (value) => write(message, value as never));
const shaped = (shape: Shape): Field => (message, value: Readonly<Record<string, unknown>>) => {
  message.extensions(shape.extensions, value);
  for (const [keyword, write] of Object.entries(shape.fields).reverse()) if (value[keyword] !== undefined) write(message, value[keyword] as never);
};
/** Where a reference may stand, and none does: the first of two fields. */
const direct = (shape: Shape): Field => inside(1, shaped(shape));

const schemaOrReference: Field = (message, schema: { readonly $ref?: string }) => {
  const { $ref } = schema;
  if ($ref === undefined) message.nested(1, () => shaped(SCHEMA)(message, schema as never));
  else message.nested(2, () => message.text(1, $ref));
};

/** Of objects and lists the message has no form: it stays empty. */
const defaultValue: Field = (message, value: unknown) => {
  if (typeof value === 'string') message.text(3, value);
  if (typeof value === 'boolean') message.bool(2, value);
  if (typeof value === 'number') message.double(1, value);
};

/** A text in YAML, of which JSON is one. */
const anyValue: Field = (message, value: unknown) => message.text(2, `${JSON.stringify(value)}\n`);

const SCHEMA: Shape = {
  fields: {
    uniqueItems: flag(20), required: texts(23), enum: each(24, anyValue), type: text(25), allOf: each(26, schemaOrReference), oneOf: each(27, schemaOrReference),
    items: inside(30, inside(1, schemaOrReference)), properties: inside(31, named(1, schemaOrReference)), additionalProperties: inside(32, inside(1, schemaOrReference)),
    default: inside(33, defaultValue), description: text(34), format: text(35),
  },
  extensions: 36,
};
const CONTENT = named(1, shaped({ fields: { schema: inside(1, schemaOrReference) }, extensions: 5 }));
const PARAMETER: Shape = { fields: { name: text(1), in: text(2), description: text(3), required: flag(4), schema: inside(10, schemaOrReference) }, extensions: 14 };
const REQUEST_BODY: Shape = { fields: { content: inside(2, CONTENT), required: flag(3) }, extensions: 4 };
const RESPONSE: Shape = { fields: { description: text(1), content: inside(3, CONTENT) }, extensions: 5 };
const OPERATION: Shape = {
  fields: { tags: texts(1), description: text(3), operationId: text(5), parameters: each(6, direct(PARAMETER)), requestBody: inside(7, direct(REQUEST_BODY)), responses: inside(8, named(2, direct(RESPONSE))) },
  extensions: 13,
};
const operation = (field: number): Field => inside(field, shaped(OPERATION));
const PATH_ITEM: Shape = {
  fields: { get: operation(4), put: operation(5), post: operation(6), delete: operation(7), options: operation(8), head: operation(9), patch: operation(10), parameters: each(13, direct(PARAMETER)) },
  extensions: 14,
};
const SECURITY_SCHEME: Shape = { fields: { type: text(1), description: text(2), name: text(3), in: text(4) }, extensions: 9 };
const DOCUMENT: Shape = {
  fields: {
    openapi: text(1),
    info: inside(2, shaped({ fields: { title: text(1), version: text(6) }, extensions: 7 })),
    paths: inside(4, named(1, shaped(PATH_ITEM))),
    components: inside(5, shaped({ fields: { schemas: inside(1, named(1, schemaOrReference)), securitySchemes: inside(7, named(1, direct(SECURITY_SCHEME))) }, extensions: 10 })),
  },
  extensions: 9,
};

/** The document as gnostic's `openapi.v3.Document`. Fields are written from last to first, as the writer goes. */
export function encodeOpenApiV3(document: OpenApiV3Document): Uint8Array {
  const writer = new WireWriter();
  shaped(DOCUMENT)(new MessageWriter(writer), document as never);
  return writer.finish();
}
