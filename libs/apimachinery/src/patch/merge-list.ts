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
  let replaced = false;
  const additions: JsonObject[] = [];
  const gone = new Set<unknown>();
  for (const element of patch) {
    const directive = listDirectiveOf(element);
    if (directive === undefined) additions.push(checkedObject(element));
    else if (directive === 'replace') replaced = true;
    else gone.add(keyOf(element, mergeKey));
  }
  const base = gone.size === 0 ? original : original.filter((element) => !gone.has(checkedObject(element)[mergeKey]));
  if (replaced) return inOrder(mergeElements(additions, [], mergeKey, mergeElement), [], additions, mergeKey);
  return inOrder(mergeElements(base, additions, mergeKey, mergeElement), additions, base, mergeKey);
}

function listDirectiveOf(element: unknown): 'replace' | 'delete' | undefined {
  if (isJsonObject(element) && element[patchDirective] === 'merge') throw newBadRequest('merging lists cannot yet be specified in the patch');
  return directiveOf(element);
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
  const memory = new ListMemory(original, mergeKey);
  for (const element of patch) if (listDirectiveOf(element) === 'delete') memory.delete(keyOf(element, mergeKey));
  for (const element of patch) if (!memory.isFull && listDirectiveOf(element) === undefined) memory.add(keyOf(element, mergeKey), element);
  return memory.places();
}

/** A list whose elements move together when one goes: each place that this leaves at the end keeps what was last in the list then. */
class ListMemory {
  readonly #isGone: boolean[];
  readonly #byKey = new Map<unknown, number[]>();
  /** What the places behind the list keep, the last place first. */
  readonly #behind: unknown[] = [];
  readonly #added: unknown[] = [];
  #last: number;

  constructor(private readonly list: readonly unknown[], mergeKey: string) {
    this.#isGone = list.map(() => false);
    this.#last = list.length - 1;
    for (const [index, element] of list.entries()) {
      if (!isJsonObject(element)) continue;
      const places = this.#byKey.get(element[mergeKey]);
      if (places === undefined) this.#byKey.set(element[mergeKey], [index]);
      else places.push(index);
    }
  }

  get isFull(): boolean {
    return this.#added.length === this.#behind.length;
  }

  delete(key: unknown): void {
    for (const index of this.#byKey.get(key) ?? []) {
      this.#behind.push(this.list[this.#last]);
      this.#isGone[index] = true;
      while (this.#isGone[this.#last]) this.#last -= 1;
    }
    this.#byKey.delete(key);
  }

  /** Takes the first place behind the list, unless the list has an element of the key. */
  add(key: unknown, element: unknown): void {
    if (this.#byKey.has(key)) return;
    this.#byKey.set(key, []);
    this.#added.push(element);
  }

  places(): unknown[] {
    const behind = this.#behind.toReversed().slice(this.#added.length);
    return [...this.list.filter((_, index) => !this.#isGone[index]), ...this.#added, ...behind];
  }
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
