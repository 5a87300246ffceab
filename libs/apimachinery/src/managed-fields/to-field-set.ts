import { asList, asMap, formOf, isVacant } from './atom.js';
import { EMPTY, MEMBER, nodeOf, sortedLevel } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { itemElement } from './path-element.js';
import { deducedType } from './value-type.js';
import type { ListType, MapType, ValueType } from './value-type.js';

/** Every leaf and item that a value mentions: what an applied configuration owns. */
export function toFieldSet(type: ValueType, value: unknown): FieldSet {
  return nodeFor(type, value) ?? EMPTY;
}

function nodeFor(type: ValueType, value: unknown): FieldSet | undefined {
  switch (formOf(type, value)) {
    case 'scalar': return MEMBER;
    case 'map': return ofMap(type.map!, value);
    case 'list': return ofList(type.list!, value);
  }
}

function ofMap(type: MapType, value: unknown): FieldSet | undefined {
  if (type.isAtomic) return MEMBER;
  const map = asMap(value);
  if (map === undefined) return undefined;
  const entries: [string, FieldSet][] = [];
  for (const name in map) {
    const inner = map[name];
    if (inner === undefined) continue;
    const field = type.field(name);
    const under = nodeFor(field?.type ?? deducedType, inner);
    const isOwned = inner === null || field?.isDeclared !== true || (asMap(inner) !== undefined && isVacant(inner));
    const node = nodeOf(isOwned || under === MEMBER, under);
    if (node !== undefined) entries.push([field?.element ?? `f:${name}`, node]);
  }
  return entries.length === 0 ? undefined : sortedLevel(entries);
}

function ofList(type: ListType, value: unknown): FieldSet | undefined {
  if (type.isAtomic) return MEMBER;
  const list = asList(value);
  if (list === undefined || list.length === 0) return undefined;
  const nodes = new Map<string, FieldSet>();
  for (const item of list) {
    const element = itemElement(type, item);
    // Of items that are there more than once only that they are is known.
    nodes.set(element, nodes.has(element) ? MEMBER : nodeOf(true, nodeFor(type.element, item))!);
  }
  return sortedLevel([...nodes]);
}
