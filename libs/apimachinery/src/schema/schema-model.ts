import { jsonTypeOf } from './json-value.js';
import { packagedEntries, readModelFile } from './model-files.js';
import { apiVersionOf } from './schema.js';
import type { GroupVersionKind, Schema } from './schema.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Kinds that every group and version knows: the options of requests, and what a watch sends. */
const EVERYWHERE: ReadonlySet<string> = new Set(['CreateOptions', 'DeleteOptions', 'GetOptions', 'ListOptions', 'PatchOptions', 'UpdateOptions', 'WatchEvent']);

const definitions = packagedEntries<Schema>('schema');
let kinds: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;

function knownKinds(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  kinds ??= readModelFile<Record<string, Record<string, string>>>('kinds.json') ?? {};
  return kinds;
}

/** The schema with a name such as `io.k8s.api.core.v1.PodSpec`. Reads its package's file at first use. */
export function definition(name: string): Schema | undefined {
  return definitions(name);
}

/** The name of a built-in kind's definition; undefined for a kind that the model does not know. */
export function definitionNameOf(kind: GroupVersionKind): string | undefined {
  const own = knownKinds()[apiVersionOf(kind)];
  if (own !== undefined && Object.hasOwn(own, kind.kind)) return own[kind.kind];
  return EVERYWHERE.has(kind.kind) ? `${META}.${kind.kind}` : undefined;
}

/** The schema of a built-in kind's objects; undefined for a kind that the model does not know. */
export function schemaOf(kind: GroupVersionKind): Schema | undefined {
  const name = definitionNameOf(kind);
  return name === undefined ? undefined : definition(name);
}

/** Every kind of the model, lists and options included. */
export function modelKinds(): { readonly apiVersion: string; readonly kind: string; readonly definition: string }[] {
  return Object.entries(knownKinds()).flatMap(([apiVersion, own]) =>
    Object.entries(own).map(([kind, name]) => ({ apiVersion, kind, definition: name })));
}

/** Follows a reference: what stands behind it, or the schema itself. Throws on a name that is no definition. */
export function resolveSchema(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const target = definition(schema.$ref);
  if (target === undefined) throw new Error(`no definition ${schema.$ref} in the model`);
  return target;
}

/** Of a schema with alternatives the one for the value's JSON type, not resolved; any other schema itself; undefined when none fits. */
export function alternativeFor(schema: Schema, value: unknown): Schema | undefined {
  const { oneOf } = resolveSchema(schema);
  if (oneOf === undefined) return schema;
  const type = jsonTypeOf(value);
  return oneOf.find((one) => resolveSchema(one).type === type);
}

/** What a value is to be read by: references followed, and of alternatives the one for the value's JSON type. */
export function schemaFor(schema: Schema, value: unknown): Schema {
  const target = resolveSchema(schema);
  return target.oneOf === undefined ? target : resolveSchema(alternativeFor(target, value) ?? {});
}

/**
 * The schema of one field as its parent declares it (list type, patch strategy and merge key stand there), or of a map's
 * values; undefined where the parent knows no such field. `parent` may be a reference.
 */
export function fieldSchema(parent: Schema, field: string): Schema | undefined {
  const { properties, additionalProperties } = resolveSchema(parent);
  return properties !== undefined && Object.hasOwn(properties, field) ? properties[field] : additionalProperties;
}

/** How strategic merge patch treats a field. */
export interface PatchMeta {
  /** Of a list with the `merge` strategy: the field by which elements are the same. */
  readonly mergeKey?: string;
  readonly strategies: readonly string[];
}

/** The patch strategy and merge key that a field's schema declares; no strategies where it declares none. */
export function patchMeta(schema: Schema): PatchMeta {
  const strategies = schema['x-kubernetes-patch-strategy']?.split(',') ?? [];
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  return mergeKey === undefined ? { strategies } : { strategies, mergeKey };
}

/** True for a value of any shape, which is neither pruned nor checked: raw extensions, free JSON, field sets. */
export function isFreeForm(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || (schema.type === undefined && schema.$ref === undefined && schema.oneOf === undefined);
}
