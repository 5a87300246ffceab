import { newBadRequest } from '../errors/constructors.js';
import { directiveOf, goMap, patchDirective } from './directives.js';
import { isJsonObject } from './json-object.js';
import type { JsonObject } from './json-object.js';

/** Merges one element of a patch into the one of the same key. */
type MergeElement = (original: JsonObject, patch: JsonObject) => JsonObject;

/** Merges a list with the `merge` strategy: scalars as a set, objects by their merge key. */
export function mergeList(original: readonly unknown[], patch: readonly unknown[], mergeKey: string | undefined, mergeElement: MergeElement): unknown[] {
  if (original.length === 0 && patch.length === 0) return [];
  if (!isJsonObject(original[0] ?? patch[0])) return inOrder([...new Set([...original, ...patch])], patch, original, undefined);
  if (mergeKey === undefined) throw newBadRequest('cannot merge lists without merge key');
  return mergeObjects(original, patch, mergeKey, mergeElement);
}

function mergeObjects(original: readonly unknown[], patch: readonly unknown[], mergeKey: string, mergeElement: MergeElement): unknown[] {
  let base = original;
  let replaced = false;
  const additions: JsonObject[] = [];
  for (const element of patch) {
    const directive = listDirectiveOf(element);
    if (directive === undefined) additions.push(checkedObject(element));
    else if (directive === 'replace') replaced = true;
    else base = withoutElement(base, keyOf(element, mergeKey), mergeKey);
  }
  if (replaced) return inOrder(mergeElements(additions, [], mergeKey, mergeElement), [], additions, mergeKey);
  return inOrder(mergeElements(base, additions, mergeKey, mergeElement), additions, base, mergeKey);
}

function listDirectiveOf(element: unknown): 'replace' | 'delete' | undefined {
  if (isJsonObject(element) && element[patchDirective] === 'merge') throw newBadRequest('merging lists cannot yet be specified in the patch');
  return directiveOf(element);
}

function withoutElement(list: readonly unknown[], key: unknown, mergeKey: string): unknown[] {
  return list.filter((element) => checkedObject(element)[mergeKey] !== key);
}

function mergeElements(base: readonly unknown[], additions: readonly JsonObject[], mergeKey: string, mergeElement: MergeElement): unknown[] {
  const merged = [...base];
  const places = new Map(base.map((element, index) => [checkedObject(element)[mergeKey], index] as const).reverse());
  for (const addition of additions) {
    const key = keyOf(addition, mergeKey);
    const place = places.get(key);
    if (place === undefined) {
      places.set(key, merged.length);
      merged.push(addition);
    } else merged[place] = mergeElement(merged[place] as JsonObject, addition);
  }
  return merged;
}

function checkedObject(element: unknown): JsonObject {
  if (!isJsonObject(element)) throw newBadRequest(`expected a map[string]interface {}, but received a ${typeof element}`);
  return element;
}

function keyOf(element: unknown, mergeKey: string): unknown {
  const object = checkedObject(element);
  if (!Object.hasOwn(object, mergeKey)) throw newBadRequest(`map: ${goMap(object)} does not contain declared merge key: ${mergeKey}`);
  return object[mergeKey];
}

/**
 * The order by which upstream places what only the server has, when a patch names the order of the others: of the live list in the
 * memory where deletions have moved the elements together and additions have taken the places that were left.
 */
export function orderAfterMerge(original: readonly unknown[], patch: readonly unknown[], mergeKey: string): unknown[] {
  const places = [...original];
  let length = places.length;
  const indexOf = (key: unknown): number => places.slice(0, length).findIndex((element) => isJsonObject(element) && element[mergeKey] === key);
  for (const element of patch) {
    if (listDirectiveOf(element) !== 'delete') continue;
    for (let at = indexOf(keyOf(element, mergeKey)); at >= 0; at = indexOf(keyOf(element, mergeKey))) places.copyWithin(at, at + 1, length--);
  }
  for (const element of patch) {
    if (length === places.length || listDirectiveOf(element) !== undefined) continue;
    if (indexOf(keyOf(element, mergeKey)) < 0) places[length++] = element;
  }
  return places;
}

/** Takes scalars out of a list. */
export function deleteFromList(list: readonly unknown[], values: readonly unknown[]): unknown[] {
  const gone = new Set(values);
  return list.filter((element) => !gone.has(element));
}

/**
 * The elements in the order that the patch wants, with those that only the server knows between them where they were:
 * an element of the server stands before one of the patch only if it stood before it already.
 */
export function inOrder(elements: readonly unknown[], patchOrder: readonly unknown[], serverOrder: readonly unknown[], mergeKey: string | undefined): unknown[] {
  const id = (element: unknown) => (mergeKey !== undefined && isJsonObject(element) ? element[mergeKey] : element);
  const inPatch = positions(patchOrder, id);
  const onServer = positions(serverOrder, id);
  const ofPatch = elements.filter((element) => inPatch.has(id(element))).sort((a, b) => (inPatch.get(id(a)) ?? 0) - (inPatch.get(id(b)) ?? 0));
  const ofServer = elements.filter((element) => !inPatch.has(id(element))).sort((a, b) => (onServer.get(id(a)) ?? 0) - (onServer.get(id(b)) ?? 0));
  return interleave(ofServer, ofPatch, (element) => onServer.get(id(element)));
}

function positions(list: readonly unknown[], id: (element: unknown) => unknown): Map<unknown, number> {
  const places = new Map<unknown, number>();
  for (const [index, element] of list.entries()) if (!places.has(id(element))) places.set(id(element), index);
  return places;
}

function interleave(ofServer: readonly unknown[], ofPatch: readonly unknown[], place: (element: unknown) => number | undefined): unknown[] {
  const result: unknown[] = [];
  let next = 0;
  for (const element of ofPatch) {
    const here = place(element);
    while (next < ofServer.length && here !== undefined && isBefore(place(ofServer[next]), here)) result.push(ofServer[next++]);
    result.push(element);
  }
  return [...result, ...ofServer.slice(next)];
}

function isBefore(place: number | undefined, other: number): boolean {
  return place !== undefined && place < other;
}
