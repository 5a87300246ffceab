import { setField } from '../patch/json-object.js';
import { asList, asMap, formOf, isVacant } from './atom.js';
import { hasChildren, isMember } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { itemElement } from './path-element.js';
import { deducedType } from './value-type.js';
import type { ListType, MapType, ValueType } from './value-type.js';

/** The value without the fields and items of the set; what becomes empty by that becomes null. Changes no argument. */
export function removeItems(type: ValueType, value: unknown, gone: FieldSet): unknown {
  switch (formOf(type, value)) {
    case 'scalar': return value;
    case 'map': return withoutFields(type.map!, value, gone);
    case 'list': return withoutItems(type.list!, value, gone);
  }
}

function withoutFields(type: MapType, value: unknown, gone: FieldSet): unknown {
  const map = asMap(value);
  if (map === undefined || isVacant(map) || type.isAtomic) return null;
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(map)) {
    const field = type.field(name);
    const node = gone[field?.element ?? `f:${name}`];
    if (node !== undefined && isMember(node)) continue;
    setField(kept, name, node === undefined ? map[name] : removeItems(field?.type ?? deducedType, map[name], node));
  }
  return Object.keys(kept).length === 0 ? null : kept;
}

function withoutItems(type: ListType, value: unknown, gone: FieldSet): unknown {
  const list = asList(value);
  if (list === undefined || list.length === 0 || type.isAtomic) return null;
  const kept: unknown[] = [];
  for (const item of list) {
    const node = gone[itemElement(type, item)];
    if (node !== undefined && isMember(node)) continue;
    kept.push(node !== undefined && hasChildren(node) ? removeItems(type.element, item, node) : item);
  }
  return kept.length === 0 ? null : kept;
}
