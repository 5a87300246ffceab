import { newBadRequest } from '../errors/constructors.js';
import { deleteListPrefix, directiveOf, elementOrderPrefix, goMap, notAMap, patchDirective, retainedKeys, retainKeysDirective, withoutMarked } from './directives.js';
import { getField, isJsonObject, setField } from './json-object.js';
import type { JsonObject } from './json-object.js';
import { deleteFromList, inOrder, mergeList, orderAfterMerge } from './merge-list.js';
import { untypedPatchSchema } from './patch-schema.js';
import type { PatchField, PatchSchema } from './patch-schema.js';

const unknownField: PatchField = { strategies: [], schema: untypedPatchSchema };

/**
 * Applies a strategic merge patch: as a merge patch, but lists with the `merge` strategy merge by key, and directives
 * (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say what a patch cannot say otherwise.
 * Changes neither argument; the result shares what did not change with them.
 * @throws StatusError 400
 */
export function applyStrategicMergePatch(document: JsonObject, patch: unknown, schema: PatchSchema): JsonObject {
  if (patch === null) return document;
  if (!isJsonObject(patch)) throw notAMap(patch);
  return mergeObject(document, patch, schema);
}

/** Merges one object into another; also the elements of lists. */
function mergeObject(original: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  const directive = directiveOf(patch);
  if (directive === 'replace') return withoutMarker(patch);
  if (directive === 'delete') return {};
  const merged = retainKeys(original, patch);
  const names = Object.keys(patch).filter((name) => name !== retainKeysDirective);
  for (const name of names.filter((candidate) => candidate.startsWith(deleteListPrefix))) deleteElements(merged, name, patch[name]);
  for (const name of names.filter((candidate) => !isListDirective(candidate))) mergeField(merged, name, patch[name], schema, Object.hasOwn(patch, `${elementOrderPrefix}${name}`));
  for (const name of names.filter((candidate) => candidate.startsWith(elementOrderPrefix))) orderElements(merged, name, original, patch, schema);
  return merged;
}

/** A copy of `original`, without the fields that `$retainKeys` does not name. */
function retainKeys(original: JsonObject, patch: JsonObject): JsonObject {
  const retained = retainedKeys(patch);
  if (retained === undefined) return { ...original };
  return Object.fromEntries(Object.entries(original).filter(([name]) => retained.has(name)));
}

/** What replaces is taken as it is: a decoder finds what does not belong there. */
function withoutMarker({ [patchDirective]: _, ...fields }: JsonObject): JsonObject {
  return fields;
}

function isListDirective(name: string): boolean {
  return name.startsWith(deleteListPrefix) || name.startsWith(elementOrderPrefix);
}

/** `isOrdered`: the patch says in which order a list shall stand; one that is new keeps its nulls then. */
function mergeField(merged: JsonObject, name: string, value: unknown, schema: PatchSchema, isOrdered: boolean): void {
  if (value === null) {
    delete merged[name];
    return;
  }
  const field = schema.field(name) ?? unknownField;
  const current = getField(merged, name);
  const result = isOrdered && current === undefined ? withoutMarked(value, true) : mergeValue(current, value, field);
  if (result === undefined) delete merged[name];
  else setField(merged, name, result);
}

/** undefined: the patch is a directive for something that is not there, so nothing is to be kept. */
function mergeValue(current: unknown, value: unknown, { strategies, mergeKey, schema }: PatchField): unknown {
  if (isJsonObject(current) && isJsonObject(value)) {
    return strategies.includes('replace') ? value : mergeObject(current, value, schema);
  }
  if (Array.isArray(current) && Array.isArray(value)) {
    return strategies.includes('merge') ? mergeList(current, value, mergeKey, (original, patch) => mergeObject(original, patch, schema)) : value;
  }
  return withoutMarked(value);
}

function deleteElements(merged: JsonObject, directive: string, values: unknown): void {
  const name = directive.slice(deleteListPrefix.length);
  if (!Array.isArray(values)) throw newBadRequest('invalid patch format of primitive list');
  const current = getField(merged, name);
  if (Array.isArray(current)) setField(merged, name, deleteFromList(current, values));
}

function orderElements(merged: JsonObject, directive: string, original: JsonObject, patch: JsonObject, schema: PatchSchema): void {
  const name = directive.slice(elementOrderPrefix.length);
  const order = patch[directive];
  if (!Array.isArray(order)) throw newBadRequest('invalid patch format of setElementOrder list');
  const current = getField(merged, name);
  if (!Array.isArray(current)) return;
  const before = getField(original, name);
  const { mergeKey } = schema.field(name) ?? unknownField;
  const patched = getField(patch, name);
  checkOrder(patched, order, mergeKey);
  const known = Array.isArray(before) ? before : [];
  const serverOrder = Array.isArray(patched) && mergeKey !== undefined ? orderAfterMerge(known, patched, mergeKey) : known;
  setField(merged, name, inOrder(current, order, serverOrder, mergeKey));
}

/** Every element that the patch changes must stand in the order, in the same sequence. */
function checkOrder(patched: unknown, order: readonly unknown[], mergeKey: string | undefined): void {
  if (!Array.isArray(patched) || patched.length === 0 || order.length === 0) return;
  const keyOf = (element: unknown) => (mergeKey !== undefined && isJsonObject(element) ? element[mergeKey] : element);
  const wanted = patched.filter((element) => directiveOf(element) === undefined).map(keyOf);
  let position = 0;
  for (const element of order) if (keyOf(element) === wanted[position]) position++;
  if (position < wanted.length) throw newBadRequest(`The order in patch list:\n${goMap(patched)}\n doesn't match $setElementOrder list:\n${goMap(order)}\n`);
}
