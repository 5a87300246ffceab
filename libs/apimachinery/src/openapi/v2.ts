import type { GroupVersionKind, Schema } from '../schema/schema.js';
import { Descriptions } from './descriptions.js';
import { operationsOf } from './operations.js';
import type { Method, Operation } from './operations.js';
import { pathParameters } from './parameters.js';
import type { Parameter } from './parameters.js';
import { reachableDefinitions } from './reachable.js';
import type { ServedResource } from './served.js';

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const WATCH_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
/** What a PATCH may be sent as. */
export const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'];

/** What each status code is called. */
export const responseTexts: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted', 401: 'Unauthorized' };

export interface SchemaV2 {
  readonly [keyword: string]: unknown;
}

export interface BodyParameterV2 {
  readonly in: 'body';
  readonly name: 'body';
  readonly required?: true;
  readonly schema: SchemaV2;
}

export type QueryParameterV2 = Parameter & { readonly uniqueItems: true };

export interface OperationV2 {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly schemes: readonly string[];
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly parameters?: readonly (BodyParameterV2 | QueryParameterV2)[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema?: SchemaV2 }>>;
  readonly 'x-kubernetes-action'?: string;
  readonly 'x-kubernetes-group-version-kind'?: GroupVersionKind;
}

export type PathItemV2 = { readonly [method in Method]?: OperationV2 } & { readonly parameters?: readonly QueryParameterV2[] };

/** An OpenAPI v2 document. */
export interface OpenApiV2Document {
  readonly swagger: '2.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, PathItemV2>>;
  readonly definitions: Readonly<Record<string, SchemaV2>>;
  readonly securityDefinitions: Readonly<Record<string, { readonly type: 'apiKey'; readonly name: string; readonly in: 'header'; readonly description: string }>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

/** The OpenAPI v2 document of what is served: its paths, and the definitions that they reach. */
export function buildOpenApiV2(served: readonly ServedResource[], version: string): OpenApiV2Document {
  const groups = new Map(served.map((resource) => [`${resource.group}/${resource.version}`, resource]));
  const operations = [...groups.values()].flatMap((one) => operationsOf(one.group, one.version, served));
  const descriptions = new Descriptions();
  const definitions = [...reachableDefinitions(operations)].map(([name, schema]) => [name, definitionV2(descriptions.describe(name, schema))]);
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: pathsV2(operations),
    definitions: Object.fromEntries(definitions) as Record<string, SchemaV2>,
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: 'A bearer token' } },
    security: [{ BearerToken: [] }],
  };
}

function pathsV2(operations: readonly Operation[]): Record<string, PathItemV2> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const item = (paths[operation.path] ??= operation.action === undefined ? {} : { parameters: pathParameters(operation).map(parameterV2) });
    item[operation.method] = operationV2(operation);
  }
  return paths;
}

function operationV2(operation: Operation): OperationV2 {
  const parameters = [...bodyParameter(operation), ...operation.parameters.map(parameterV2)];
  return {
    operationId: operation.id,
    tags: [operation.tag],
    schemes: ['https'],
    consumes: operation.method === 'patch' ? PATCH_TYPES : operation.action === undefined ? OBJECT_TYPES : ['*/*'],
    produces: operation.action === 'list' ? [...OBJECT_TYPES, ...WATCH_TYPES] : operation.action === 'connect' ? ['*/*'] : OBJECT_TYPES,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: responsesV2(operation),
    ...(operation.action === undefined ? {} : { 'x-kubernetes-action': operation.action }),
    ...(operation.kind === undefined ? {} : { 'x-kubernetes-group-version-kind': operation.kind }),
  };
}

function bodyParameter(operation: Operation): BodyParameterV2[] {
  if (operation.body === undefined) return [];
  return [{ in: 'body', name: 'body', ...(operation.bodyRequired === true ? { required: true as const } : {}), schema: referenceV2(operation.body) }];
}

function parameterV2(parameter: Parameter): QueryParameterV2 {
  return { ...parameter, uniqueItems: true };
}

function responsesV2({ response, successes }: Operation): OperationV2['responses'] {
  const schema = response === 'text' ? { type: 'string' } : referenceV2(response);
  const codes = successes.map((code) => [code, { description: responseTexts[code], schema }]);
  return Object.fromEntries([...codes, [401, { description: responseTexts[401] }]]) as OperationV2['responses'];
}

function referenceV2(name: string): SchemaV2 {
  return { $ref: `#/definitions/${name}` };
}

/** v2 has neither defaults nor enumerations nor alternatives, and says of free-form values only that they are objects. */
function definitionV2(schema: Schema): SchemaV2 {
  const { $ref, properties, items, additionalProperties, default: _default, enum: _enum, oneOf: _oneOf, 'x-kubernetes-int-or-string': _text, 'x-kubernetes-preserve-unknown-fields': _free, ...rest } = schema;
  return {
    ...rest,
    ...($ref === undefined ? {} : referenceV2($ref)),
    ...(items === undefined ? {} : { items: definitionV2(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: definitionV2(additionalProperties) }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, definitionV2(field)])) }),
  };
}
