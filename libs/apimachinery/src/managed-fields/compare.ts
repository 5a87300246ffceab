import { deepEqual } from '../meta/deep-equal.js';
import { asList, asMap, formsOf, isVacant } from './atom.js';
import type { Form } from './atom.js';
import { EMPTY, isEmpty, isMember, MEMBER, nodeOf, sortedLevel, union } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { itemElement } from './path-element.js';
import { deducedType } from './value-type.js';
import type { ListType, MapType, ValueType } from './value-type.js';

/** How two values of a type differ. */
export interface Comparison {
  /** What is new, or there in both and different. */
  readonly changed: FieldSet;
  /** What is no longer there. */
  readonly removed: FieldSet;
}

/** What stands under one place; undefined: nothing. */
interface Difference {
  readonly changed: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

const CHANGED: Difference = { changed: MEMBER, removed: undefined };
const REMOVED: Difference = { changed: undefined, removed: MEMBER };

/** Compares two objects of a type. Looks no further where both share the same value, nor at the fields of `ignored`. */
export function compare(type: ValueType, before: unknown, after: unknown, ignored: FieldSet = EMPTY): Comparison {
  const found = isEmpty(ignored) ? differenceOf(type, before, after) : differenceOfStructs(type.map!, asMap(before), asMap(after), ignored);
  return { changed: found?.changed ?? EMPTY, removed: found?.removed ?? EMPTY };
}

function differenceOfStructs(type: MapType, before: Fields | undefined, after: Fields | undefined, ignored: FieldSet): Difference | undefined {
  const collector = new Collector();
  for (const name in after) compareKnownField(type, name, before?.[name], after[name], ignored, collector);
  for (const name in before) if (after?.[name] === undefined) compareKnownField(type, name, before[name], undefined, ignored, collector);
  return collector.result(before === undefined, after === undefined);
}

function compareKnownField(type: MapType, name: string, before: unknown, after: unknown, ignored: FieldSet, collector: Collector): void {
  if (before === after) return;
  const field = type.field(name);
  const node = field && ignored[field.element];
  if (node === undefined || field?.type.map === undefined) compareField(type, name, before, after, collector);
  else if (!isMember(node)) collector.add(field.element, differenceOfStructs(field.type.map, asMap(before), asMap(after), node));
}

/** What is new or different in a value that stands under some element, as that element's node; undefined: nothing. */
export function changedNode(type: ValueType, before: unknown, after: unknown): FieldSet | undefined {
  return differenceOf(type, before, after)?.changed;
}

function differenceOf(type: ValueType, before: unknown, after: unknown): Difference | undefined {
  if (before === after) return undefined;
  const [form, other] = formsOf(type, before, after);
  const found = ofForm(form, type, before, after);
  return other === undefined ? found : both(found, ofForm(other, type, before, after));
}

function both(a: Difference | undefined, b: Difference | undefined): Difference | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { changed: bothNodes(a.changed, b.changed), removed: bothNodes(a.removed, b.removed) };
}

function bothNodes(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return nodeOf(isEmpty(a) || isEmpty(b), union(a, b));
}

function ofForm(form: Form, type: ValueType, before: unknown, after: unknown): Difference | undefined {
  if (form === 'scalar') return leaf(before, after);
  const { isAtomic } = form === 'map' ? type.map! : type.list!;
  if (isAtomic || (isVacantForm(form, before) && isVacantForm(form, after))) return leaf(before, after);
  const collector = new Collector();
  if (form === 'map') compareMaps(type.map!, asMap(before), asMap(after), collector);
  else compareLists(type.list!, asList(before) ?? [], asList(after) ?? [], collector);
  return collector.result(before === undefined, after === undefined);
}

/** What has another form counts as nothing here; the other form's turn comes, too. */
function isVacantForm(form: Form, value: unknown): boolean {
  return form === 'map' ? asMap(value) === undefined || isVacant(value) : asList(value) === undefined || isVacant(value);
}

function leaf(before: unknown, after: unknown): Difference | undefined {
  if (after === undefined) return REMOVED;
  return before !== undefined && deepEqual(before, after) ? undefined : CHANGED;
}

/** Gathers what differs under one place. */
class Collector {
  #changed: [string, FieldSet][] | undefined;
  #removed: [string, FieldSet][] | undefined;

  add(element: string, found: Difference | undefined): void {
    if (found === undefined) return;
    if (found.changed !== undefined) (this.#changed ??= []).push([element, found.changed]);
    if (found.removed !== undefined) (this.#removed ??= []).push([element, found.removed]);
  }

  result(isNew: boolean, isGone: boolean): Difference | undefined {
    if (this.#changed === undefined && this.#removed === undefined && !isNew && !isGone) return undefined;
    return { changed: nodeOf(isNew, this.#changed && sortedLevel(this.#changed)), removed: nodeOf(isGone, this.#removed && sortedLevel(this.#removed)) };
  }
}

type Fields = Readonly<Record<string, unknown>>;

function compareMaps(type: MapType, before: Fields | undefined, after: Fields | undefined, collector: Collector): void {
  let missing = before === undefined ? 0 : Object.keys(before).length;
  for (const name in after) {
    const own = before?.[name];
    if (own !== undefined) missing -= 1;
    compareField(type, name, own, after[name], collector);
  }
  if (missing === 0) return;
  for (const name in before) if (after?.[name] === undefined) compareField(type, name, before[name], undefined, collector);
}

function compareField(type: MapType, name: string, before: unknown, after: unknown, collector: Collector): void {
  if (before === after) return;
  const field = type.field(name);
  collector.add(field?.element ?? `f:${name}`, differenceOf(field?.type ?? deducedType, before, after));
}

function compareLists(type: ListType, before: readonly unknown[], after: readonly unknown[], collector: Collector): void {
  const same = sameElements(type, before, after);
  if (same !== undefined) {
    for (const [index, element] of same.entries()) collector.add(element, differenceOf(type.element, before[index], after[index]));
    return;
  }
  const olds = byElement(type, before);
  const news = byElement(type, after);
  for (const [element, item] of news) collector.add(element, differenceOfItems(type, olds.get(element), item));
  for (const [element, item] of olds) if (!news.has(element)) collector.add(element, differenceOfItems(type, item, undefined));
}

/** Lists longer than this are compared by way of maps. */
const SHORT = 12;

/** The elements of two short lists that have the same ones in the same order, each once: the usual case, without maps. */
function sameElements(type: ListType, before: readonly unknown[], after: readonly unknown[]): string[] | undefined {
  if (before.length !== after.length || before.length > SHORT) return undefined;
  const elements: string[] = [];
  for (let index = 0; index < after.length; index += 1) {
    const element = itemElement(type, after[index]);
    if (itemElement(type, before[index]) !== element || elements.includes(element)) return undefined;
    elements.push(element);
  }
  return elements;
}

/** Items that one list has more than once. */
class Repeated {
  readonly items: unknown[];

  constructor(first: unknown) {
    this.items = [first];
  }
}

function byElement(type: ListType, list: readonly unknown[]): Map<string, unknown> {
  const items = new Map<string, unknown>();
  for (const item of list) {
    const element = itemElement(type, item);
    const earlier = items.get(element);
    if (earlier === undefined) items.set(element, item);
    else items.set(element, repeated(earlier, item));
  }
  return items;
}

function repeated(earlier: unknown, item: unknown): Repeated {
  const all = earlier instanceof Repeated ? earlier : new Repeated(earlier);
  all.items.push(item);
  return all;
}

/** Repeated items are one value; where only one side has them, they come and go as that beside what the other side has. */
function differenceOfItems(type: ListType, before: unknown, after: unknown): Difference | undefined {
  if (before instanceof Repeated) {
    if (after instanceof Repeated) return deepEqual(before.items, after.items) ? undefined : CHANGED;
    return after === undefined ? REMOVED : both(differenceOf(type.element, undefined, after), REMOVED);
  }
  if (!(after instanceof Repeated)) return differenceOf(type.element, before, after);
  return before === undefined ? CHANGED : both(differenceOf(type.element, before, undefined), CHANGED);
}
