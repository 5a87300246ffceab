import { asMap, formOf, isVacant } from './atom.js';
import { createdFields } from './created-fields.js';
import { isEmpty, isMember, recursiveDifference } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { manageable } from './field-managers.js';
import { itemElement } from './path-element.js';
import { sharedSet } from './shared-sets.js';
import { deducedType } from './value-type.js';
import type { MapType, ValueType } from './value-type.js';

/** Sets of new objects that are kept for each type: many objects are made alike, by one template. */
const KEPT = 4;

/** What objects of a type owned, with all that has no owner and without. */
interface Known {
  readonly all: FieldSet;
  readonly ignored: FieldSet;
  readonly set: FieldSet;
}

const known = new WeakMap<ValueType, Known[]>();

/** What a new object owns of what the request can change; the same set as for one of the same shape before it. */
export function createdSet(type: ValueType, object: unknown, ignored: FieldSet): FieldSet {
  let sets = known.get(type);
  if (sets === undefined) known.set(type, (sets = []));
  const at = sets.findIndex((one) => one.ignored === ignored && type.map !== undefined && isStructOf(type.map, object, one.all, ignored));
  if (at === 0) return sets[0]!.set;
  const found = at > 0 ? sets.splice(at, 1)[0]! : newSet(type, object, ignored);
  sets.unshift(found);
  if (sets.length > KEPT) sets.pop();
  return found.set;
}

function newSet(type: ValueType, object: unknown, ignored: FieldSet): Known {
  const created = createdFields(type, object);
  const all = isEmpty(ignored) ? created : recursiveDifference(created, ignored);
  return { all, ignored, set: sharedSet(manageable(all, ignored)) };
}

/** Whether `createdFields` of the value would answer that level; what is ignored is not looked at. */
function isStructOf(type: MapType, value: unknown, level: FieldSet, ignored?: FieldSet): boolean {
  const map = asMap(value);
  if (map === undefined) return false;
  let left = sizeOf(level);
  for (const name in map) {
    const inner = map[name];
    if (inner === undefined) continue;
    const field = type.field(name);
    const element = field?.element ?? `f:${name}`;
    const hidden = ignored?.[element];
    if (hidden !== undefined && isMember(hidden)) continue;
    const node = level[element];
    if (node === undefined) {
      if (field === undefined || !isNothingNew(field.isEmbedded, field.isAlwaysThere, field.zero, inner)) return false;
      continue;
    }
    left -= 1;
    if (field?.isEmbedded === true && !field.type.map!.isAtomic) {
      if (!isStructOf(field.type.map!, inner, node, hidden)) return false;
    } else if (!isNewNode(field?.type ?? deducedType, inner, node, field?.isAlwaysThere !== true)) return false;
  }
  return left === 0;
}

/** Whether a field is as it was from the start. Only what is plain to see counts: else the set is made anew. */
function isNothingNew(isEmbedded: boolean, isAlwaysThere: boolean, zero: unknown, value: unknown): boolean {
  return isEmbedded || isAlwaysThere ? isVacant(value) : zero !== undefined && zero === value;
}

/** Whether a new value would have that under its element. */
function isNewNode(type: ValueType, value: unknown, node: FieldSet, hasSelf: boolean): boolean {
  if (hasSelf !== isMember(node)) return false;
  switch (formOf(type, value)) {
    case 'scalar': return isEmpty(node);
    case 'map': return type.map!.isAtomic || isVacant(value) ? isEmpty(node) : areFields(type.map!, asMap(value) ?? {}, node, hasSelf);
    case 'list': return type.list!.isAtomic || isVacant(value) ? isEmpty(node) : areItems(type, value as readonly unknown[], node, hasSelf);
  }
}

function areFields(type: MapType, map: Readonly<Record<string, unknown>>, level: FieldSet, hasSelf: boolean): boolean {
  let left = sizeOf(level) - (hasSelf ? 1 : 0);
  for (const name in map) {
    const value = map[name];
    if (value === undefined) continue;
    const field = type.field(name);
    const node = level[field?.element ?? `f:${name}`];
    if (node === undefined || !isNewNode(field?.type ?? deducedType, value, node, true)) return false;
    left -= 1;
  }
  return left === 0;
}

/** Items that are there twice make the set anew. */
function areItems(type: ValueType, list: readonly unknown[], level: FieldSet, hasSelf: boolean): boolean {
  if (sizeOf(level) - (hasSelf ? 1 : 0) !== list.length) return false;
  const met = list.length > 1 ? new Set<string>() : undefined;
  for (const item of list) {
    const element = itemElement(type.list!, item);
    const node = level[element];
    if (node === undefined || met?.has(element) || !isNewNode(type.list!.element, item, node, true)) return false;
    met?.add(element);
  }
  return true;
}

/** Without a list of the names, which is most of what this allocated. */
function sizeOf(level: FieldSet): number {
  let size = 0;
  for (const _ in level) size += 1;
  return size;
}
