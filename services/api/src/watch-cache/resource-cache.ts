import type { LogEntry } from '@gantry/storage';
import { CacheEvent } from './cache-event.js';
import { CachedObject } from './cached-object.js';
import type { StoredForm } from './cached-object.js';
import { EventRing } from './event-ring.js';
import type { RingLimits } from './event-ring.js';
import { SortedKeys } from './sorted-keys.js';
import { WatcherIndex } from './watcher-index.js';

export interface ResourceCacheOptions {
  /** `<group>/<resource>/`: the keys that belong here. */
  readonly prefix: string;
  readonly form: StoredForm;
  /** Field selectors by which watchers are found without asking each (`spec.nodeName`). */
  readonly fields: Readonly<Record<string, (object: CachedObject['object']) => string>>;
  /** What is kept of events for watches that resume. */
  readonly ring: RingLimits;
}

/** The objects of one resource in stored form, its recent events, and who watches it. Filled by the feed alone. */
export class ResourceCache {
  readonly prefix: string;
  readonly form: StoredForm;
  readonly watchers: WatcherIndex;
  readonly #objects = new Map<string, CachedObject>();
  readonly #keys = new SortedKeys();
  readonly #options: ResourceCacheOptions;
  #received = 0;
  #changed = 0;
  #ring: EventRing;

  constructor(options: ResourceCacheOptions) {
    this.#options = options;
    this.prefix = options.prefix;
    this.form = options.form;
    this.watchers = new WatcherIndex(options.fields);
    this.#ring = new EventRing(options.ring, 0);
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Revisions that were applied, and how many of them are kept at most. */
  get received(): number {
    return this.#received;
  }

  get capacity(): number {
    return this.#options.ring.events;
  }

  get(key: string): CachedObject | undefined {
    return this.#objects.get(key);
  }

  /** The revision that changed this cache last: from it on, up to the revision that the caches show, its state is the present one. */
  get changed(): number {
    return this.#changed;
  }

  /** Calls `visit` with every object whose key begins with `prefix` (and stands behind `after`), in the order of keys, until it answers false. */
  scan(prefix: string, visit: (object: CachedObject) => boolean | void, after?: string): void {
    this.#keys.scan(prefix, (key) => visit(this.#objects.get(key)!), after);
  }

  get ring(): EventRing {
    return this.#ring;
  }

  /** Starts over with a snapshot taken at `revision`; watches that were open are ended, because what happened between is not known. */
  reset(values: Iterable<CachedObject>, revision: number): void {
    this.watchers.expireAll();
    this.#objects.clear();
    this.#keys.clear();
    this.#ring = new EventRing(this.#options.ring, revision);
    this.#changed = revision;
    for (const value of values) {
      this.#objects.set(value.key, value);
      this.#keys.add(value.key);
    }
  }

  /** Applies one committed revision and tells the watchers. */
  apply(entry: LogEntry): void {
    this.#received += 1;
    this.#changed = entry.revision;
    const previous = this.#objects.get(entry.key);
    const object = new CachedObject(this.form, entry.key, entry.revision, entry);
    this.#keep(entry, object, previous === undefined);
    const event = new CacheEvent(entry.type, object, previous);
    this.#ring.push(event);
    this.watchers.dispatch(event);
    event.forget();
  }

  #keep(entry: LogEntry, object: CachedObject, isNew: boolean): void {
    if (entry.type === 'DELETED') {
      this.#objects.delete(entry.key);
      this.#keys.delete(entry.key);
      return;
    }
    this.#objects.set(entry.key, object);
    if (isNew) this.#keys.add(entry.key);
  }
}
