import { setField } from '../patch/json-object.js';
import { asList, asMap, formsOf, isVacant } from './atom.js';
import type { Form } from './atom.js';
import { itemElement } from './path-element.js';
import { deducedType } from './value-type.js';
import type { ListType, MapType, ValueType } from './value-type.js';

/**
 * Lays an applied configuration over a live value: leaves of the configuration win, nothing of the live value is lost. The items of a
 * list stand in the order of the configuration, with those that only the live value has where they stood. Changes neither argument.
 */
export function merge(type: ValueType, live: unknown, applied: unknown): unknown {
  let result: unknown;
  for (const form of formsOf(type, live, applied)) result = mergedForm(form, type, live, applied);
  return result;
}

function mergedForm(form: Form, type: ValueType, live: unknown, applied: unknown): unknown {
  if (form === 'scalar') return kept(live, applied);
  if (form === 'map') return type.map!.isAtomic ? kept(live, applied) : mergedMaps(type.map!, live, applied);
  return type.list!.isAtomic ? kept(live, applied) : mergedLists(type.list!, live, applied);
}

function kept(live: unknown, applied: unknown): unknown {
  return applied === undefined ? live : applied;
}

function mergedMaps(type: MapType, live: unknown, applied: unknown): unknown {
  const own = asMap(live) ?? {};
  const wanted = asMap(applied) ?? {};
  if (isVacant(own) && isVacant(wanted)) return kept(live, applied);
  const result: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(own), ...Object.keys(wanted)])) {
    const value = mergedField(type, name, own[name], wanted[name]);
    if (value !== undefined) setField(result, name, value);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function mergedField(type: MapType, name: string, live: unknown, applied: unknown): unknown {
  return live === undefined && applied === undefined ? undefined : merge(type.field(name)?.type ?? deducedType, live, applied);
}

function mergedLists(type: ListType, live: unknown, applied: unknown): unknown {
  const own = new Items(type, asList(live) ?? []);
  const wanted = new Items(type, asList(applied) ?? []);
  if (own.order.length === 0 && wanted.order.length === 0) return kept(live, applied);
  const merged = new ListMerge(type, own, wanted).run();
  return merged.length === 0 ? undefined : merged;
}

/** A list by the elements of its items. */
class Items {
  readonly order: readonly string[];
  readonly #byElement = new Map<string, unknown>();

  constructor(type: ListType, readonly list: readonly unknown[]) {
    this.order = list.map((item) => itemElement(type, item));
    // Items that are there more than once are not merged with: the new one replaces them.
    this.order.forEach((element, index) => this.#byElement.set(element, this.#byElement.has(element) ? null : list[index]));
  }

  has(element: string): boolean {
    return this.#byElement.has(element);
  }

  get(element: string): unknown {
    return this.#byElement.get(element);
  }
}

/** Walks both lists at once. What both have is taken in the order of the configuration. */
class ListMerge {
  readonly #result: unknown[] = [];
  readonly #done = new Set<string>();
  /** What both have, in the order of the configuration; `#next` is the first that is still to come. */
  readonly #shared: readonly string[];
  #left = 0;
  #right = 0;
  #next = 0;

  constructor(private readonly type: ListType, private readonly own: Items, private readonly wanted: Items) {
    this.#shared = wanted.order.filter((element) => own.has(element));
  }

  run(): unknown[] {
    while (this.#left < this.own.order.length || this.#right < this.wanted.order.length) this.#step();
    return this.#result;
  }

  #step(): void {
    const { own, wanted } = this;
    const mine = own.order[this.#left];
    const theirs = wanted.order[this.#right];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        this.#left += 1;
        this.#takeWanted(theirs);
        this.#next += 1;
        return;
      }
      if (wanted.has(mine) && this.#next < this.#shared.length && this.#shared[this.#next] !== mine) {
        this.#left += 1;
        return;
      }
    }
    if (mine !== undefined && this.#takeOwn(mine)) return;
    if (theirs === undefined) return;
    this.#takeWanted(theirs);
    if (this.#shared[this.#next] === theirs) this.#next += 1;
  }

  /** True when the turn is over. */
  #takeOwn(element: string): boolean {
    if (!this.wanted.has(element)) {
      this.#push(this.own.list[this.#left], undefined);
      this.#left += 1;
      return true;
    }
    if (this.#done.has(element)) this.#left += 1;
    return false;
  }

  #takeWanted(element: string): void {
    this.#done.add(element);
    this.#push(this.own.get(element), this.wanted.get(element));
    this.#right += 1;
  }

  #push(live: unknown, applied: unknown): void {
    const value = merge(this.type.element, live, applied);
    if (value !== undefined) this.#result.push(value);
  }
}
