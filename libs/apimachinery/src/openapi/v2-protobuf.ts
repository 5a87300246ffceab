import { WireWriter } from '../codec/protobuf/wire-writer.js';
import { MessageWriter } from './gnostic-writer.js';
import type { BodyParameterV2, OpenApiV2Document, OperationV2, PathItemV2, QueryParameterV2, SchemaV2 } from './v2.js';

/**
 * The document as gnostic's `openapi.v2.Document`, the form in which kubectl asks for it. Fields are written from last to first,
 * as the writer goes; values of extensions are YAML texts, of which JSON is one.
 */
export function encodeOpenApiV2(document: OpenApiV2Document): Uint8Array {
  const writer = new WireWriter();
  const message = new MessageWriter(writer);
  message.each(13, ['securityDefinitions'], () => message.named(1, Object.entries(document.securityDefinitions), (item) => {
    message.nested(2, () => message.strings({ 1: item.type, 2: item.name, 3: item.in, 4: item.description }));
  }));
  message.each(12, document.security, (requirement) => message.named(1, Object.entries(requirement), (scopes) => message.texts(1, scopes)));
  message.each(9, ['definitions'], () => message.named(1, Object.entries(document.definitions), (schema) => writeSchema(message, schema)));
  message.each(8, ['paths'], () => message.named(2, Object.entries(document.paths), (item) => writePathItem(message, item)));
  message.nested(2, () => message.strings({ 1: document.info.title, 2: document.info.version }));
  message.text(1, document.swagger);
  return writer.finish();
}

function writePathItem(message: MessageWriter, item: PathItemV2): void {
  message.each(9, item.parameters ?? [], (parameter) => writeParameter(message, parameter));
  for (const [field, method] of [[8, 'patch'], [7, 'head'], [6, 'options'], [5, 'delete'], [4, 'post'], [3, 'put'], [2, 'get']] as const) {
    const operation = item[method];
    if (operation !== undefined) message.nested(field, () => writeOperation(message, operation));
  }
}

function writeOperation(message: MessageWriter, operation: OperationV2): void {
  message.extensions(13, operation);
  message.texts(10, operation.schemes);
  message.nested(9, () => message.named(1, Object.entries(operation.responses), ({ description, schema }) => message.nested(1, () => {
    if (schema !== undefined) message.nested(2, () => message.nested(1, () => writeSchema(message, schema)));
    message.text(1, description);
  })));
  message.each(8, operation.parameters ?? [], (parameter) => writeParameter(message, parameter));
  message.texts(7, operation.consumes);
  message.texts(6, operation.produces);
  message.text(5, operation.operationId);
  message.texts(1, operation.tags);
}

/** `ParametersItem.parameter`, of which a body is one kind and everything else the other. */
function writeParameter(message: MessageWriter, parameter: BodyParameterV2 | QueryParameterV2): void {
  message.nested(1, () => {
    if (parameter.in === 'body') message.nested(1, () => writeBody(message, parameter));
    else message.nested(2, () => message.nested(parameter.in === 'query' ? 3 : 4, () => writeScalarParameter(message, parameter)));
  });
}

function writeBody(message: MessageWriter, parameter: BodyParameterV2): void {
  message.nested(5, () => writeSchema(message, parameter.schema));
  if (parameter.required === true) message.bool(4, true);
  message.strings({ 2: parameter.name, 3: parameter.in });
}

/** Query parameters have one field more than path parameters, after which all numbers are one higher. */
function writeScalarParameter(message: MessageWriter, parameter: QueryParameterV2): void {
  const shift = parameter.in === 'query' ? 1 : 0;
  message.bool(19 + shift, true);
  message.text(5 + shift, parameter.type);
  message.strings({ 2: parameter.in, 4: parameter.name });
  if (parameter.required === true) message.bool(1, true);
}

function writeSchema(message: MessageWriter, schema: SchemaV2): void {
  const { $ref, format, description, required, additionalProperties, type, items, properties } = schema as {
    $ref?: string; format?: string; description?: string; required?: string[]; additionalProperties?: SchemaV2; type?: string; items?: SchemaV2; properties?: Record<string, SchemaV2>;
  };
  message.extensions(31, schema);
  if (properties !== undefined) message.nested(25, () => message.named(1, Object.entries(properties), (field) => writeSchema(message, field)));
  if (items !== undefined) message.nested(23, () => message.nested(1, () => writeSchema(message, items)));
  if (type !== undefined) message.nested(22, () => message.text(1, type));
  if (additionalProperties !== undefined) message.nested(21, () => message.nested(1, () => writeSchema(message, additionalProperties)));
  message.texts(19, required ?? []);
  message.strings({ 1: $ref, 2: format, 4: description });
}
