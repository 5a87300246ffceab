import type { ResourceObject } from '@gantry/resources';
import type { CacheEvent } from './cache-event.js';
import type { CachedObject } from './cached-object.js';
import type { ResourceCache } from './resource-cache.js';
import type { Watcher } from './watcher-index.js';

/**
 * The objects of one resource by values of theirs (pods by the node that has them). Built when first asked and kept up with the cache from
 * then on; always as new as the cache.
 */
export class ObjectIndex implements Watcher {
  #byValue: Map<string, Map<string, CachedObject>> | undefined;

  constructor(
    private readonly cache: ResourceCache,
    private readonly valuesOf: (object: ResourceObject) => readonly string[],
  ) {
    cache.watchers.add(this);
  }

  get(value: string): Iterable<CachedObject> {
    return (this.#byValue ??= this.#built()).get(value)?.values() ?? [];
  }

  offer({ type, object, previous }: CacheEvent): void {
    if (this.#byValue === undefined) return;
    if (previous !== undefined) for (const value of this.valuesOf(previous.object)) this.#take(value, previous.key);
    if (type !== 'DELETED') this.#put(this.#byValue, object);
  }

  progress(): void {
    // Being as new as the cache, it has nothing to note.
  }

  /** The cache starts over, and so does this. */
  end(): void {
    this.#byValue = undefined;
  }

  #built(): Map<string, Map<string, CachedObject>> {
    const byValue = new Map<string, Map<string, CachedObject>>();
    this.cache.scan(this.cache.prefix, (object) => this.#put(byValue, object));
    return byValue;
  }

  #put(byValue: Map<string, Map<string, CachedObject>>, object: CachedObject): void {
    for (const value of this.valuesOf(object.object)) {
      const objects = byValue.get(value);
      if (objects === undefined) byValue.set(value, new Map([[object.key, object]]));
      else objects.set(object.key, object);
    }
  }

  #take(value: string, key: string): void {
    const objects = this.#byValue!.get(value);
    objects?.delete(key);
    if (objects?.size === 0) this.#byValue!.delete(value);
  }
}
