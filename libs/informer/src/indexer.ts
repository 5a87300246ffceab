import type { LabelSelector } from '@gantry/apimachinery';
import type { KubeObject } from '@gantry/client';
import { keyFor, objectKey } from './keys.js';

/** The values under which an object is found in an index. */
export type IndexFunction<T> = (object: T) => readonly string[];

export interface ListerQuery {
  readonly namespace?: string;
  readonly selector?: LabelSelector;
}

/** Reads a cache. What it returns is shared with every other reader: it must not be changed. */
export interface Lister<T extends KubeObject> {
  readonly size: number;
  get(name: string, namespace?: string): T | undefined;
  getByKey(key: string): T | undefined;
  /** In no particular order. */
  list(query?: ListerQuery): T[];
  /** The objects that an index holds under a value. Throws a RangeError on an index that was not declared. */
  byIndex(index: string, value: string): T[];
}

const NAMESPACE_INDEX = 'namespace';

class Index<T> {
  private readonly entries = new Map<string, Map<string, T>>();

  constructor(private readonly valuesOf: IndexFunction<T>) {}

  set(key: string, object: T): void {
    for (const value of this.valuesOf(object)) {
      let entry = this.entries.get(value);
      if (entry === undefined) {
        entry = new Map();
        this.entries.set(value, entry);
      }
      entry.set(key, object);
    }
  }

  delete(key: string, object: T): void {
    for (const value of this.valuesOf(object)) {
      const entry = this.entries.get(value);
      if (entry?.delete(key) && entry.size === 0) this.entries.delete(value);
    }
  }

  get(value: string): T[] {
    const entry = this.entries.get(value);
    return entry === undefined ? [] : [...entry.values()];
  }
}

/** Objects by key, by namespace and by declared indexes. */
export class Indexer<T extends KubeObject> implements Lister<T> {
  private readonly objects = new Map<string, T>();
  private readonly indexes = new Map<string, Index<T>>();

  constructor(indexes: Readonly<Record<string, IndexFunction<T>>> = {}) {
    this.indexes.set(NAMESPACE_INDEX, new Index(({ metadata }) => (metadata?.namespace === undefined ? [] : [metadata.namespace])));
    this.addIndexes(indexes);
  }

  /** Adds indexes over what is there and what comes. A name that is taken keeps its first meaning. */
  addIndexes(indexes: Readonly<Record<string, IndexFunction<T>>>): void {
    for (const [name, valuesOf] of Object.entries(indexes)) {
      if (this.indexes.has(name)) continue;
      const index = new Index(valuesOf);
      for (const [key, object] of this.objects) index.set(key, object);
      this.indexes.set(name, index);
    }
  }

  get size(): number {
    return this.objects.size;
  }

  get(name: string, namespace?: string): T | undefined {
    return this.objects.get(keyFor(name, namespace));
  }

  getByKey(key: string): T | undefined {
    return this.objects.get(key);
  }

  list({ namespace, selector }: ListerQuery = {}): T[] {
    const objects = namespace === undefined ? [...this.objects.values()] : this.byIndex(NAMESPACE_INDEX, namespace);
    return selector === undefined ? objects : objects.filter(({ metadata }) => selector.matches(metadata?.labels));
  }

  byIndex(index: string, value: string): T[] {
    const found = this.indexes.get(index);
    if (found === undefined) throw new RangeError(`no index ${JSON.stringify(index)} was declared`);
    return found.get(value);
  }

  keys(): IterableIterator<string> {
    return this.objects.keys();
  }

  /** Stores an object and returns the one that it replaces. */
  set(object: T): T | undefined {
    const key = objectKey(object);
    const old = this.delete(key);
    this.objects.set(key, object);
    for (const index of this.indexes.values()) index.set(key, object);
    return old;
  }

  /** Removes an object and returns it. */
  delete(key: string): T | undefined {
    const object = this.objects.get(key);
    if (object === undefined) return undefined;
    this.objects.delete(key);
    for (const index of this.indexes.values()) index.delete(key, object);
    return object;
  }
}
