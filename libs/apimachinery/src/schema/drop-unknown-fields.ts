import { isObject } from './json-value.js';
import { isOmittedEmpty } from './omitted-empty.js';
import { isOmittedZero } from './omitted-zero.js';
import { definitionNameOf, isFreeForm, schemaFor } from './schema-model.js';
import type { GroupVersionKind, Schema } from './schema.js';
import { normalScalar, scalarKind } from './wire-scalars.js';

/** More findings than this are not reported; the fields are dropped all the same. */
const MOST_REPORTED = 100;

/** What a typed decoder would have dropped. */
export interface DroppedFields {
  /** Paths of unknown fields in the order met, without repetition, at most 100: `spec.containers[0].foo`. */
  readonly unknown: string[];
}

/**
 * Brings a decoded object into the form that a decoder with Go's types would give it, in place and in one pass: unknown fields
 * go (and are reported), nulls go (an element or map value becomes its zero value), and so do empty lists, empty maps and scalars
 * that have their zero value and are no pointers. What is required and missing has its zero value, quantities given as numbers
 * become strings, times become UTC. Kinds that the model does not know stay as they are. Call `checkTypes` first: a value of a wrong
 * type stays.
 */
export function dropUnknownFields(kind: GroupVersionKind, object: unknown): DroppedFields {
  const name = definitionNameOf(kind);
  return name === undefined ? { unknown: [] } : pruned({ $ref: name }, object, true);
}

/** The same for a schema at hand, which says itself what stands for what is missing. */
export function dropUnknownFieldsOf(schema: Schema, object: unknown): DroppedFields {
  return pruned(schema, object, false);
}

function pruned(schema: Schema, object: unknown, fills: boolean): DroppedFields {
  const unknown = new Set<string>();
  prune(schema, object, new Path(fills), unknown);
  return { unknown: [...unknown] };
}

/** The way from the root, made into text only when there is something to report. */
class Path {
  private readonly steps: (string | number)[] = [];

  /** `fills`: what is required and missing gets its zero value on the way. */
  constructor(readonly fills: boolean) {}

  push(step: string | number): void {
    this.steps.push(step);
  }

  pop(): void {
    this.steps.pop();
  }

  with(field: string): string {
    let text = '';
    for (const step of [...this.steps, field]) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
    return text;
  }
}

function prune(declared: Schema, value: unknown, path: Path, unknown: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const schema = schemaFor(declared, value);
  if (isFreeForm(schema)) return;
  if (schema.items !== undefined && Array.isArray(value)) pruneArray(schema.items, value, path, unknown);
  else if (schema.type === 'object' && isObject(value)) pruneObject(schema, declared.$ref, value, path, unknown);
}

function pruneArray(items: Schema, array: unknown[], path: Path, unknown: Set<string>): void {
  const scalars = isScalarSchema(items);
  for (let index = 0; index < array.length; index += 1) {
    if (scalars || array[index] === null) array[index] = normalValue(items, array[index]);
    if (scalars) continue;
    path.push(index);
    prune(items, array[index], path, unknown);
    path.pop();
  }
}

function pruneObject(schema: Schema, definition: string | undefined, object: Record<string, unknown>, path: Path, unknown: Set<string>): void {
  for (const key of Object.keys(object)) {
    const property = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    const field = property ?? schema.additionalProperties;
    if (field === undefined) {
      if (unknown.size < MOST_REPORTED) unknown.add(path.with(key));
      delete object[key];
    } else if (object[key] === null && property !== undefined) {
      if (!isFreeForm(field)) delete object[key];
    } else {
      pruneField(field, object, key, path, unknown);
      if (property !== undefined && isLeftOut(schema, definition, key, field, object[key])) delete object[key];
    }
  }
  if (path.fills && schema.required !== undefined) fillRequired(schema, object, path, unknown);
}

/** What a struct of Go has whether it was given or not. What may be absent there (pointers, times) has no zero value as its default in the model. */
function fillRequired({ properties = {}, required = [] }: Schema, object: Record<string, unknown>, path: Path, unknown: Set<string>): void {
  for (const name of required) {
    const field = properties[name];
    if (object[name] !== undefined || field === undefined) continue;
    if (field.default === '' || field.default === 0 || field.default === false) object[name] = field.default;
    else if (field.type === 'array') object[name] = [];
    else if (field.default !== undefined && isEmptyValue(field.default)) prune(field, (object[name] = {}), path, unknown);
  }
}

function pruneField(field: Schema, object: Record<string, unknown>, key: string, path: Path, unknown: Set<string>): void {
  const value = object[key];
  if (typeof value === 'object' && value !== null) {
    path.push(key);
    prune(field, value, path, unknown);
    path.pop();
    return;
  }
  const normal = normalValue(field, value);
  if (normal !== value) Object.defineProperty(object, key, { value: normal, writable: true, enumerable: true, configurable: true });
}

/** What Go's types leave out of JSON: `omitempty`. */
function isLeftOut(schema: Schema, definition: string | undefined, key: string, field: Schema, value: unknown): boolean {
  if (isEmptyValue(value)) return isOmittedEmpty(schema, key, field);
  if (definition === undefined || (value !== '' && value !== 0 && value !== false)) return false;
  if (schema.required?.includes(key) === true) return false;
  const kind = scalarKind(field);
  return (kind === undefined || kind === 'bytes') && isOmittedZero(definition, key);
}

function isEmptyValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const _ in value) return false;
  return true;
}

function isScalarSchema(schema: Schema): boolean {
  return schema.$ref === undefined ? schema.type !== 'object' && schema.type !== 'array' : scalarKind(schema) !== undefined;
}

/** A scalar as a typed decoder would write it again; null becomes the zero value. */
function normalValue(field: Schema, value: unknown): unknown {
  if (value === null) return zeroValue(field);
  const kind = scalarKind(field);
  if (kind === undefined) return value;
  if (kind === 'quantity' && (typeof value === 'number' || typeof value === 'bigint')) return normalScalar(kind, String(value));
  return typeof value === 'string' ? normalScalar(kind, value) : value;
}

function zeroValue(field: Schema): unknown {
  if (isFreeForm(field)) return null;
  const kind = scalarKind(field);
  if (kind === 'time' || kind === 'micro-time') return null;
  if (kind === 'quantity') return '0';
  if (kind === 'int-or-string') return 0;
  switch (schemaFor(field, {}).type) {
    case 'object': return {};
    case 'array': return [];
    case 'integer':
    case 'number': return 0;
    case 'boolean': return false;
    default: return '';
  }
}
