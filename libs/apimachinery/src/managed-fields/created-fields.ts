import { asMap, isVacant } from './atom.js';
import { changedNode } from './compare.js';
import { EMPTY, MEMBER, sortedLevel } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { deducedType } from './value-type.js';
import type { FieldType, MapType, ValueType } from './value-type.js';

/**
 * What a new object owns: all that an object of the type does not have from the start. The same as comparing it with an empty object
 * of the type, in one walk.
 */
export function createdFields(type: ValueType, object: unknown): FieldSet {
  return type.map === undefined ? EMPTY : (ofStruct(type.map, object) ?? EMPTY);
}

function ofStruct(type: MapType, value: unknown): FieldSet | undefined {
  const map = asMap(value);
  if (map === undefined) return undefined;
  const entries: [string, FieldSet][] = [];
  for (const name in map) {
    const inner = map[name];
    if (inner === undefined) continue;
    const field = type.field(name);
    const node = field === undefined ? changedNode(deducedType, undefined, inner) : ofField(field, inner);
    if (node !== undefined) entries.push([field?.element ?? `f:${name}`, node]);
  }
  return entries.length === 0 ? undefined : sortedLevel(entries);
}

function ofField({ type, isEmbedded, isAlwaysThere, zero }: FieldType, value: unknown): FieldSet | undefined {
  if (isEmbedded) {
    if (!type.map!.isAtomic) return ofStruct(type.map!, value);
    return isVacant(value) ? undefined : MEMBER;
  }
  if (isAlwaysThere) return isVacant(value) ? undefined : changedNode(type, null, value);
  return zero !== undefined && value === zero ? undefined : changedNode(type, undefined, value);
}
