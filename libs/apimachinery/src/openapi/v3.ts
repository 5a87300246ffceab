import { resolveSchema } from '../schema/schema-model.js';
import type { Schema } from '../schema/schema.js';
import { Descriptions } from './descriptions.js';
import type { DescribedSchema } from './descriptions.js';
import { operationsOf } from './operations.js';
import type { Operation } from './operations.js';
import { pathParameters } from './parameters.js';
import type { Parameter } from './parameters.js';
import { reachableDefinitions } from './reachable.js';
import type { ServedResource } from './served.js';
import { PATCH_TYPES, responseTexts } from './v2.js';

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const WATCH_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/** Definitions whose JSON is of one of two types. */
const ALTERNATIVES: Readonly<Record<string, readonly string[]>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': ['integer', 'string'],
  'io.k8s.apimachinery.pkg.api.resource.Quantity': ['string', 'number'],
};

/** An OpenAPI v3 document of one group and version. */
export interface OpenApiV3Document {
  readonly openapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>>; readonly securitySchemes: Readonly<Record<string, unknown>> };
}

/** The OpenAPI v3 document of what is served of one group and version. */
export function buildOpenApiV3(group: string, groupVersion: string, served: readonly ServedResource[], version: string): OpenApiV3Document {
  const operations = operationsOf(group, groupVersion, served);
  const descriptions = new Descriptions();
  const schemas = [...reachableDefinitions(operations)].map(([name, schema]) => [name, definitionV3(name, descriptions.describe(name, schema))]);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: pathsV3(operations),
    components: {
      schemas: Object.fromEntries(schemas) as Record<string, unknown>,
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: 'A bearer token' } },
    },
  };
}

function pathsV3(operations: readonly Operation[]): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const item = (paths[operation.path] ??= operation.action === undefined ? {} : { parameters: pathParameters(operation).map(parameterV3) });
    item[operation.method] = operationV3(operation);
  }
  return paths;
}

function operationV3(operation: Operation): Record<string, unknown> {
  return {
    tags: [operation.tag],
    operationId: operation.id,
    ...(operation.parameters.length > 0 ? { parameters: operation.parameters.map(parameterV3) } : {}),
    ...(operation.body === undefined ? {} : { requestBody: requestBody(operation) }),
    responses: responsesV3(operation),
    ...(operation.action === undefined ? {} : { 'x-kubernetes-action': operation.action }),
    ...(operation.kind === undefined ? {} : { 'x-kubernetes-group-version-kind': operation.kind }),
  };
}

function parameterV3({ type, ...parameter }: Parameter): Record<string, unknown> {
  return { ...parameter, schema: { type, uniqueItems: true } };
}

function requestBody({ method, body, bodyRequired }: Operation): Record<string, unknown> {
  const types = method === 'patch' ? PATCH_TYPES : ['*/*'];
  return { content: contentOf(types, referenceV3(body as string)), ...(bodyRequired === true ? { required: true } : {}) };
}

function responsesV3({ response, action, successes }: Operation): Record<string, unknown> {
  const types = action === 'list' ? [...OBJECT_TYPES, ...WATCH_TYPES] : action === 'connect' ? ['*/*'] : OBJECT_TYPES;
  const content = contentOf(response === 'text' && action !== 'connect' ? ['text/plain', ...types] : types, response === 'text' ? { type: 'string' } : referenceV3(response));
  const codes = successes.map((code) => [code, { description: responseTexts[code], content }]);
  return Object.fromEntries([...codes, [401, { description: responseTexts[401] }]]) as Record<string, unknown>;
}

function contentOf(types: readonly string[], schema: unknown): Record<string, unknown> {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function referenceV3(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

function definitionV3(name: string, schema: DescribedSchema): unknown {
  const alternatives = ALTERNATIVES[name];
  const { format, description } = schema;
  if (alternatives !== undefined) return { ...(description === undefined ? {} : { description }), ...(format === undefined ? {} : { format }), oneOf: alternatives.map((type) => ({ type })) };
  return schemaV3(schema);
}

/** A reference with anything beside it goes into `allOf`: v3 ignores what stands beside `$ref`. */
function schemaV3(schema: Schema): Record<string, unknown> {
  const { $ref, properties, items, additionalProperties, oneOf: _oneOf, 'x-kubernetes-int-or-string': _text, 'x-kubernetes-preserve-unknown-fields': _free, ...rest } = schema;
  const reference = $ref === undefined ? {} : Object.keys(rest).length === 0 ? referenceV3($ref) : { allOf: [referenceV3($ref)] };
  return {
    ...rest,
    ...reference,
    ...(items === undefined ? {} : { items: elementV3(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: elementV3(additionalProperties) }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, schemaV3(field)])) }),
  };
}

/** Elements of lists and values of maps are never absent: their zero value is their default. */
function elementV3(schema: Schema): Record<string, unknown> {
  if (schema.default !== undefined) return schemaV3(schema);
  const zero = zeroOf(schema);
  return schemaV3(zero === undefined ? schema : { ...schema, default: zero });
}

function zeroOf(schema: Schema): unknown {
  if (schema.$ref !== undefined) return resolveSchema(schema).properties === undefined ? undefined : {};
  if (schema.type === 'string') return schema.format === undefined ? '' : undefined;
  if (schema.type === 'integer' || schema.type === 'number') return 0;
  return schema.type === 'boolean' ? false : undefined;
}
