import { isObject, jsonTypeOf } from './json-value.js';
import { embeddedStructs } from './message-table.js';
import { alternativeFor, definitionNameOf, isFreeForm, resolveSchema } from './schema-model.js';
import type { GroupVersionKind, Schema } from './schema.js';
import { scalarError, scalarKind } from './wire-scalars.js';
import type { ScalarKind } from './wire-scalars.js';

/** Where the walk stands, made into text only for a finding: the innermost struct by its definition's name, and the fields on the way, without indices. */
interface Place {
  readonly struct: string;
  readonly field: string;
  readonly parent: Place | undefined;
  readonly words: Words;
}

/** Whose words are used: those of Go's JSON decoder, or those of the converter that strategic merge patches go through. */
export type Words = 'decoder' | 'converter';

/**
 * The first value of `object` that does not have its field's type, in upstream's words; undefined when all do.
 * Unknown fields and nulls are no errors. Kinds that the model does not know are not checked.
 */
export function checkTypes(kind: GroupVersionKind, object: unknown, words: Words = 'decoder'): string | undefined {
  const name = definitionNameOf(kind);
  return name === undefined ? undefined : checkValue({ $ref: name }, object, root('', words));
}

/** The same for a schema at hand. `goType` is the name of the struct that the root stands for. */
export function checkTypesOf(schema: Schema, object: unknown, goType: string): string | undefined {
  return checkValue(schema, object, root(goType));
}

function root(struct: string, words: Words = 'decoder'): Place {
  return { struct, field: '', parent: undefined, words };
}

function checkValue(declared: Schema, value: unknown, place: Place): string | undefined {
  if (value === null || value === undefined) return undefined;
  const scalar = scalarKind(declared);
  if (scalar !== undefined) return checkScalar(scalar, value, place);
  const schema = resolveSchema(declared);
  if (schema.oneOf !== undefined) return checkAlternative(schema, value, place);
  if (isFreeForm(schema)) return undefined;
  switch (schema.type) {
    case 'array': return checkArray(schema, value, place);
    case 'object': return checkObject(declared, schema, value, place);
    case 'integer': return checkInteger(schema, value, place);
    case 'number': return typeof value === 'number' ? undefined : mismatch(value, 'float64', place);
    default: return typeof value === schema.type ? undefined : mismatch(value, goTypeOf(schema), place);
  }
}

function checkAlternative(schema: Schema, value: unknown, place: Place): string | undefined {
  const chosen = alternativeFor(schema, value);
  return chosen === undefined ? undefined : checkValue(chosen, value, place);
}

function checkArray(schema: Schema, value: unknown, place: Place): string | undefined {
  if (!Array.isArray(value)) return mismatch(value, goTypeOf(schema), place);
  if (schema.items === undefined) return undefined;
  for (const item of value) {
    const found = checkValue(schema.items, item, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkObject(declared: Schema, schema: Schema, value: unknown, place: Place): string | undefined {
  if (!isObject(value)) return mismatch(value, goTypeOf(declared), place);
  const struct = declared.$ref ?? place.struct;
  for (const key in value) {
    const property = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    const field = property ?? schema.additionalProperties;
    if (field === undefined || isPlain(field, value[key])) continue;
    const inner = property === undefined ? { ...place, struct } : { struct, field: key, parent: place, words: place.words };
    const found = checkValue(field, value[key], inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The common case, without a step: a text or a boolean where just that belongs. */
function isPlain(schema: Schema, value: unknown): boolean {
  return typeof value === schema.type && schema.format === undefined && typeof value !== 'object';
}

function checkInteger(schema: Schema, value: unknown, place: Place): string | undefined {
  if (typeof value === 'bigint') return schema.format === 'int32' ? mismatch(value, 'int32', place, String(value)) : undefined;
  if (typeof value !== 'number') return mismatch(value, goTypeOf(schema), place);
  const outside = schema.format === 'int32' ? value !== (value | 0) : !Number.isInteger(value) || Math.abs(value) > 2 ** 63;
  return outside ? mismatch(value, goTypeOf(schema), place, String(value)) : undefined;
}

function checkScalar(kind: ScalarKind, value: unknown, place: Place): string | undefined {
  // These types decode themselves, from JSON of their own.
  const own = place.words === 'converter' && kind !== 'bytes' ? root('') : place;
  if (kind === 'int-or-string') {
    if (typeof value === 'string') return undefined;
    return checkInteger({ type: 'integer', format: 'int32' }, value, own);
  }
  if (kind === 'quantity' && (typeof value === 'number' || typeof value === 'bigint')) return undefined;
  if (kind === 'quantity' && typeof value !== 'string') return scalarError(kind, JSON.stringify(value));
  if (typeof value !== 'string') return mismatch(value, kind === 'bytes' ? '[]uint8' : 'string', own);
  const problem = scalarError(kind, value);
  return problem !== undefined && own === place && place.words === 'converter' ? `error decoding from json: ${problem}` : problem;
}

function mismatch(value: unknown, goType: string, place: Place, digits?: string): string {
  if (place.words === 'converter') return conversionError(value, goType);
  const type = jsonTypeOf(value);
  const got = type === 'boolean' ? 'bool' : digits === undefined ? type : `${type} ${digits}`;
  const fields = fieldsOf(place);
  const into = fields === '' ? 'Go value' : `Go struct field ${shortName(place.struct)}.${fields}`;
  return `json: cannot unmarshal ${got} into ${into} of type ${goType}`;
}

function conversionError(value: unknown, goType: string): string {
  const from = Array.isArray(value) ? 'slice' : typeof value === 'object' ? 'map' : typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : Number.isInteger(Number(value)) ? 'int64' : 'float64';
  if (goType.startsWith('map[')) return `cannot restore map from ${from}`;
  if (goType.startsWith('[]')) return `cannot restore slice from ${from}`;
  if (goType.includes('.')) return `cannot restore struct from: ${from}`;
  const isNumber = from === 'int64' || from === 'float64';
  const isConvertible = goType === 'string' ? from === 'int64' : isNumber && goType !== 'bool';
  return isConvertible ? `cannot convert ${from} to ${goType}` : `unrecognized type: ${goType}`;
}

function goTypeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return goReference(schema.$ref);
  switch (schema.type) {
    case 'array': return `[]${schema.items === undefined ? 'interface {}' : goTypeOf(schema.items)}`;
    case 'object': return `map[string]${schema.additionalProperties === undefined ? 'interface {}' : goTypeOf(schema.additionalProperties)}`;
    case 'integer': return schema.format ?? 'int64';
    case 'number': return 'float64';
    case 'boolean': return 'bool';
    default: return schema.format === 'byte' ? '[]uint8' : 'string';
  }
}

/** `v1.PodSpec`, `resource.Quantity`: the last part of the package and the type. */
function goReference(name: string): string {
  return name.split('.').slice(-2).join('.');
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function fieldsOf({ struct, field, parent }: Place): string {
  const steps = field === '' ? [] : [...embeddedStructs(struct, field), field];
  const outer = parent === undefined ? '' : fieldsOf(parent);
  return [...(outer === '' ? [] : [outer]), ...steps].join('.');
}
