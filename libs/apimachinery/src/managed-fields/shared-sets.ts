import { JsonSyntaxError, parseJson } from '../codec/json.js';
import { endOfString } from '../codec/json-strings.js';
import { isObject } from '../schema/json-value.js';
import type { ManagedFieldsEntry } from './field-managers.js';
import type { FieldSet } from './field-set.js';

/** A set of fields that many objects have: who made them by one template manages the same of each. */
interface SharedSet {
  readonly text: string;
  readonly set: FieldSet;
}

/** Sets that are known at a time, the last used first. */
const KEPT = 32;
/** Shorter ones are parsed as fast as they are found; longer or deeper ones are nobody's template. */
const SHORTEST = 64;
const LONGEST = 64 * 1024;
const DEEPEST = 100;

const kept: SharedSet[] = [];
const texts = new WeakMap<FieldSet, string>();

/** The set of those that are shared which is like this one, or this one, which is shared from now on. */
export function sharedSet(set: FieldSet): FieldSet {
  const text = JSON.stringify(set);
  const found = known(text, 0);
  if (found?.text.length === text.length) return found.set;
  if (isOfTemplate(text.length)) keep({ text, set });
  return set;
}

function isOfTemplate(length: number): boolean {
  return length >= SHORTEST && length <= LONGEST;
}

/** Whether many objects have this very set. It is as JSON would give it. */
export function isShared(set: unknown): boolean {
  return texts.has(set as FieldSet);
}

/** The JSON of an entry of `metadata.managedFields`, made without a walk through a set that is shared. */
export function managedFieldsJson(entry: ManagedFieldsEntry): string {
  const text = entry.fieldsV1 === undefined ? undefined : texts.get(entry.fieldsV1);
  if (text === undefined) return JSON.stringify(entry);
  const { fieldsV1: _, subresource, ...rest } = entry;
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head}${head === '{' ? '' : ','}"fieldsV1":${text}${subresource === undefined ? '' : `,"subresource":${JSON.stringify(subresource)}`}}`;
}

function keep(shared: SharedSet): void {
  texts.set(shared.set, shared.text);
  kept.unshift(shared);
  // Objects that have it may stay: their texts would be held twice.
  if (kept.length > KEPT) texts.delete(kept.pop()!.set);
}

const FIELDS = '"fieldsV1":{';
/** Begins what stands in place of a set in a text: nothing that is cut up has this character of its own. */
const MARK = '\u0000';
const ESCAPED_MARK = '\\u0000';

/**
 * `parseJson` for an object of the API: a set of fields in its metadata that other objects have too is theirs, so it is neither parsed nor held
 * again. Such sets are more than half of many objects. Nobody may change them.
 */
export function parseObject(text: string): unknown {
  if (!text.includes(FIELDS) || text.includes(ESCAPED_MARK)) return parseJson(text);
  const { sets, rest } = cutOut(text);
  if (sets.length === 0) return parseJson(text);
  try {
    const object = parseJson(rest);
    if (putBack(object, sets)) return object;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  // Something else than expected: the whole text says what, or gives it.
  return parseJson(text);
}

/** The text with places for the sets that are known, or are from now on. What is inside of one set is no other: every character is looked at once. */
function cutOut(text: string): { sets: FieldSet[]; rest: string } {
  const sets: FieldSet[] = [];
  let rest = '';
  let from = 0;
  let end = 0;
  for (let at = text.indexOf(FIELDS); at >= 0; at = text.indexOf(FIELDS, end)) {
    const start = at + FIELDS.length - 1;
    const isMember = startsMember(text, at);
    const found = isMember ? known(text, start) : undefined;
    end = found === undefined ? endOfObject(text, start) : start + found.text.length;
    const shared = found ?? (isMember ? learnt(text.slice(start, end)) : undefined);
    if (shared === undefined) continue;
    rest += `${text.slice(from, start)}"${ESCAPED_MARK}${String(sets.push(shared.set) - 1)}"`;
    from = end;
  }
  return { sets, rest: rest + text.slice(from) };
}

/** Not the end of a longer name. */
function startsMember(text: string, at: number): boolean {
  const before = text[at - 1];
  return before === ',' || before === '{';
}

/** A text that begins with a whole object goes on behind it. */
function known(text: string, start: number): SharedSet | undefined {
  for (let index = 0; index < kept.length; index++) {
    const shared = kept[index]!;
    if (!text.startsWith(shared.text, start)) continue;
    if (index > 0) {
      kept.splice(index, 1);
      kept.unshift(shared);
    }
    return shared;
  }
  return undefined;
}

/** undefined for what is short, long, no object or written in another way than this process would. */
function learnt(text: string): SharedSet | undefined {
  if (!isOfTemplate(text.length)) return undefined;
  try {
    const set = parseJson(text) as FieldSet;
    // A part of a text would hold all of it.
    const shared = { text: JSON.stringify(set), set };
    if (shared.text !== text) return undefined;
    keep(shared);
    return shared;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** The index behind the object that starts there; the end of the text where it does not end, or is too deep. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x7b && ++depth > DEEPEST) return text.length;
    else if (code === 0x7d && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Whether every set was wanted, once, by an entry of `metadata.managedFields`. */
function putBack(object: unknown, sets: readonly FieldSet[]): boolean {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  const entries = isObject(metadata) ? metadata['managedFields'] : undefined;
  if (!Array.isArray(entries)) return false;
  let next = 0;
  for (const entry of entries as unknown[]) {
    if (!isObject(entry) || typeof entry['fieldsV1'] !== 'string') continue;
    if (entry['fieldsV1'] !== `${MARK}${String(next)}` || next >= sets.length) return false;
    entry['fieldsV1'] = sets[next++];
  }
  return next === sets.length;
}
