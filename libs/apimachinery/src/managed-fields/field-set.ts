import { compareElements } from './path-element.js';

/**
 * A set of fields in the form in which the wire has it (`fieldsV1`): the elements of a level in upstream's order. An element with
 * nothing under it is in the set; one with something under it is in the set when it has `.`. Never changed once made: sets share
 * what is the same, and an operation that changes nothing answers its first argument.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A field set in the making. */
export type OpenFieldSet = Record<string, FieldSet>;

/** A way from the root. */
export type FieldPath = readonly string[];

export const SELF = '.';
/** An element that is in the set, with nothing under it; as a whole set, the empty one. */
export const MEMBER: FieldSet = Object.freeze({});
export const EMPTY = MEMBER;

const MANY = 256;
/** Levels of many elements: to ask V8 for the first of them takes as long as to ask for all. */
const large = new WeakSet<FieldSet>();

export function isEmpty(set: FieldSet): boolean {
  if (large.has(set)) return false;
  for (const _ in set) return false;
  return true;
}

/** Whether the element with this under it is in the set. */
export function isMember(node: FieldSet): boolean {
  return node[SELF] !== undefined || isEmpty(node);
}

export function hasChildren(node: FieldSet): boolean {
  if (large.has(node)) return true;
  for (const element in node) if (element !== SELF) return true;
  return false;
}

/** What stands under an element: itself if it is a member, and the others. undefined where nothing is left. */
export function nodeOf(member: boolean, children: FieldSet | undefined): FieldSet | undefined {
  if (children === undefined || !hasChildren(children)) return member ? MEMBER : undefined;
  if (isMember(children) === member) return children;
  const isLarge = large.has(children);
  if (member) return marked({ [SELF]: MEMBER, ...children }, isLarge);
  const { [SELF]: _, ...others } = children;
  return marked(others, isLarge);
}

function marked(level: FieldSet, isLarge: boolean): FieldSet {
  if (isLarge) large.add(level);
  return level;
}

/** A level of elements that were met in any order. */
export function sortedLevel(entries: [element: string, node: FieldSet][]): FieldSet {
  if (!isInOrder(entries)) entries.sort((a, b) => compareElements(a[0], b[0]));
  const level: OpenFieldSet = {};
  for (const [element, node] of entries) level[element] = node;
  return marked(level, entries.length > MANY);
}

function isInOrder(entries: readonly (readonly [element: string, node: FieldSet])[]): boolean {
  for (let at = 1; at < entries.length; at += 1) if (compareElements(entries[at - 1]![0], entries[at]![0]) > 0) return false;
  return true;
}

/** What is in either. Answers the first when it has all of the second. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isWithin(b, a)) return a;
  return isEmpty(a) ? b : mergedLevels(a, b, false);
}

function unionNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || (isEmpty(b) && isMember(a))) return a;
  const member = isMember(a) || isMember(b);
  return member === isMember(a) && isWithin(b, a) ? a : mergedLevels(a, b, member);
}

/** Whether all that stands in a level stands in the other, too. */
function isWithin(level: FieldSet, other: FieldSet): boolean {
  for (const element in level) {
    if (element === SELF) continue;
    const node = level[element]!;
    const theirs = other[element];
    if (theirs === undefined || (isMember(node) && !isMember(theirs)) || !isWithin(node, theirs)) return false;
  }
  return true;
}

function mergedLevels(a: FieldSet, b: FieldSet, member: boolean): FieldSet {
  const result: OpenFieldSet = member ? { [SELF]: MEMBER } : {};
  const others = elements(b);
  let next = 0;
  for (const element of elements(a)) {
    while (next < others.length && others[next] !== element && compareElements(others[next]!, element) < 0) result[others[next]!] = b[others[next++]!]!;
    if (others[next] !== element) result[element] = a[element]!;
    else result[element] = unionNodes(a[element]!, b[others[next++]!]!);
  }
  for (; next < others.length; next += 1) result[others[next]!] = b[others[next]!]!;
  return marked(result, others.length > MANY || large.has(a));
}

/** What is in any of them. */
export function unionOf(sets: readonly FieldSet[]): FieldSet {
  if (sets.length < 3) return sets.length === 2 ? union(sets[0]!, sets[1]!) : (sets[0] ?? EMPTY);
  const half = sets.length >> 1;
  return union(unionOf(sets.slice(0, half)), unionOf(sets.slice(half)));
}

function elements(level: FieldSet): string[] {
  const names = Object.keys(level);
  if (names[0] === SELF) names.shift();
  return names;
}

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: OpenFieldSet = {};
  for (const element in a) {
    const other = element === SELF ? undefined : b[element];
    if (other === undefined) continue;
    const own = a[element]!;
    const node = nodeOf(isMember(own) && isMember(other), intersection(own, other));
    if (node !== undefined) result[element] = node;
  }
  return result;
}

/** What is in `a` and not in `b`. A member of `b` takes nothing away that stands under it. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return subtracted(a, b, false);
}

/** What is in `a`, without what is in `b` and all that stands under that. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return subtracted(a, b, true);
}

function subtracted(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  if (!haveCommon(a, b)) return a;
  let changed = false;
  const result: OpenFieldSet = {};
  for (const element in a) {
    const own = a[element]!;
    const other = element === SELF ? undefined : b[element];
    const left = other === undefined ? own : subtractedNode(own, other, recursive);
    if (left !== own) changed = true;
    if (left !== undefined) result[element] = left;
  }
  return changed ? result : a;
}

/** Whether some element stands in both levels. */
function haveCommon(a: FieldSet, b: FieldSet): boolean {
  for (const element in a) if (element !== SELF && b[element] !== undefined) return true;
  return false;
}

function subtractedNode(own: FieldSet, other: FieldSet, recursive: boolean): FieldSet | undefined {
  const isGone = isMember(other);
  if (isGone && recursive) return undefined;
  return nodeOf(isMember(own) && !isGone, hasChildren(other) ? subtracted(own, other, recursive) : own);
}

export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path) {
    node = node[element];
    if (node === undefined) return false;
  }
  return path.length > 0 && isMember(node);
}

/** The set of just these paths. */
export function setOf(paths: readonly FieldPath[]): FieldSet {
  return paths.reduce((set, path) => union(set, pathSet(path)), EMPTY);
}

function pathSet(path: FieldPath): FieldSet {
  return path.reduceRight<FieldSet>((node, element) => ({ [element]: node }), MEMBER);
}

/** The members in upstream's order: at each level the members, then what stands under each. */
export function* members(set: FieldSet, before: FieldPath = []): Generator<FieldPath> {
  for (const element of elements(set)) if (isMember(set[element]!)) yield [...before, element];
  for (const element of elements(set)) if (hasChildren(set[element]!)) yield* members(set[element]!, [...before, element]);
}
