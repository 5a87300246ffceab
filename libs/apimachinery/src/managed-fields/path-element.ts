import { goQuote } from '../errors/go-quote.js';
import { isObject } from '../schema/json-value.js';
import type { ListType } from './value-type.js';

/** A value that does not have its type's form. */
export class TypedValueError extends Error {
  override readonly name = 'TypedValueError';
}

/** Key texts whose parsed form is kept. */
const REMEMBERED = 4096;
const RANKS: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };
const FIELD = 0x66;
const HTML = /[<>&\u2028\u2029]/g;

type Key = readonly (readonly [name: string, value: unknown])[];

const keys = new Map<string, Key>();

/** Orders the elements of one level as upstream writes them: fields, keys, values, indices. */
export function compareElements(a: string, b: string): number {
  if (a.charCodeAt(0) === FIELD && b.charCodeAt(0) === FIELD) return compareText(a, b);
  const rank = RANKS[a[0]!]! - RANKS[b[0]!]!;
  if (rank !== 0) return rank;
  switch (a[0]) {
    case 'k': return compareKeys(keyOf(a), keyOf(b));
    case 'v': return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
    default: return Number(a.slice(2)) - Number(b.slice(2));
  }
}

/** By bytes of UTF-8, as Go compares: a pair of surrogates stands behind all that one unit says. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : x - y;
  }
  return a.length - b.length;
}

function compareKeys(a: Key, b: Key): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const order = compareText(a[at]![0], b[at]![0]) || compareValues(a[at]![1], b[at]![1]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareValues(a: unknown, b: unknown): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (typeof a === 'string') return compareText(a, b as string);
  return Number(a) - Number(b);
}

function rankOf(value: unknown): number {
  switch (typeof value) {
    case 'number': return 0;
    case 'bigint': return 0;
    case 'string': return 1;
    case 'boolean': return 2;
    default: return 3;
  }
}

function keyOf(element: string): Key {
  let key = keys.get(element);
  if (key === undefined) {
    if (keys.size >= REMEMBERED) keys.clear();
    keys.set(element, (key = Object.entries(JSON.parse(element.slice(2)) as object)));
  }
  return key;
}

/** `f:x`, `k:{"name":"x"}`, `v:"x"` or `i:0` as messages show it: `.x`, `[name="x"]`, `[="x"]`, `[0]`. */
export function elementText(element: string): string {
  switch (element[0]) {
    case 'f': return `.${element.slice(2)}`;
    case 'k': return `[${keyOf(element).map(([name, value]) => `${name}=${shown(value)}`).join(',')}]`;
    case 'v': return `[=${shown(JSON.parse(element.slice(2)))}]`;
    default: return `[${element.slice(2)}]`;
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(value);
}

/** JSON as upstream writes it inside an element: with the letters of HTML escaped. */
function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return HTML.test(text) ? text.replace(HTML, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`) : text;
}

/**
 * What identifies one item of a list that is not atomic: its keys, or for a set itself.
 * @throws TypedValueError for an item that cannot be identified
 */
export function itemElement(list: ListType, item: unknown): string {
  if (list.keys.length === 0) return valueElement(list, item);
  if (item === null) throw new TypedValueError('associative list with keys may not have a null element');
  if (!isObject(item)) throw new TypedValueError('associative list with keys may not have non-map elements');
  if (list.keys.length > 1) return keyElement(list, item);
  const value = item[list.keys[0]!];
  if (typeof value !== 'string') return keyElement(list, item);
  return list.texts.get(value) ?? remembered(list, value, keyElement(list, item));
}

function remembered(list: ListType, value: string, text: string): string {
  if (list.texts.size >= REMEMBERED) list.texts.clear();
  list.texts.set(value, text);
  return text;
}

function keyElement(list: ListType, item: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const name of sortedKeys(list)) {
    const value = item[name] === undefined ? list.keyDefault(name) : item[name];
    if (value !== undefined) parts.push(`${JSON.stringify(name)}:${jsonText(value)}`);
  }
  if (parts.length > 0) return `k:{${parts.join(',')}}`;
  throw new TypedValueError(`associative list with keys has an element that omits all key fields [${list.keys.map(goQuote).join(' ')}] (and doesn't have default values for any key fields)`);
}

const sorted = new WeakMap<ListType, readonly string[]>();

function sortedKeys(list: ListType): readonly string[] {
  let names = sorted.get(list);
  if (names === undefined) sorted.set(list, (names = [...list.keys].sort(compareText)));
  return names;
}

function valueElement(list: ListType, item: unknown): string {
  if (typeof item === 'string') return list.texts.get(item) ?? remembered(list, item, `v:${jsonText(item)}`);
  if (item === null) throw new TypedValueError("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new TypedValueError('not supported: associative list with lists as elements');
  if (typeof item === 'object') throw new TypedValueError("associative list without keys has an element that's a map type");
  return `v:${jsonText(item)}`;
}
