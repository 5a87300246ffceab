import type { Logger } from '@gantry/async';
import type { KubeObject } from '@gantry/client';
import { Indexer, type IndexFunction } from './indexer.js';
import { objectKey, revisionOf } from './keys.js';
import type { ChangeType, Sink } from './source.js';

/**
 * Told of every change after the cache has it, in order. The objects are the cache's own: not to be changed. A handler should
 * only note the key for later.
 */
export interface InformerHandler<T extends KubeObject> {
  /** `initial`: the object was there when the cache was filled, or when this handler was added. */
  add?(object: T, initial: boolean): void;
  update?(object: T, old: T): void;
  /** `lastStateKnown` false: the delete was missed, and the object is the state before it as far as it was seen. */
  delete?(object: T, lastStateKnown: boolean): void;
}

/** An indexed cache that takes changes and tells its handlers. */
export class InformerCache<T extends KubeObject> implements Sink<T> {
  readonly indexer: Indexer<T>;
  revision: number | undefined;
  private readonly handlers = new Set<InformerHandler<T>>();

  constructor(
    indexes: Readonly<Record<string, IndexFunction<T>>>,
    private readonly logger: Logger,
  ) {
    this.indexer = new Indexer(indexes);
  }

  /** Shows the handler what is there, then every change. The function returned ends it. */
  addHandler(handler: InformerHandler<T>): () => void {
    this.handlers.add(handler);
    for (const object of this.indexer.list()) this.guard(() => handler.add?.(object, true));
    return () => void this.handlers.delete(handler);
  }

  replace(objects: readonly T[], revision: number): void {
    const initial = this.revision === undefined;
    const present = new Set(objects.map(objectKey));
    const gone = [...this.indexer.keys()].filter((key) => !present.has(key));
    this.revision = revision;
    for (const key of gone) this.drop(key, false);
    for (const object of objects) this.store(object, initial);
  }

  apply(type: ChangeType, object: T, revision = revisionOf(object)): void {
    if (!this.isNews(objectKey(object), revision)) return;
    this.progress(revision);
    if (type === 'DELETED') this.dropWith(object);
    else this.store(object, false);
  }

  remove(key: string, revision: number): void {
    if (!this.isNews(key, revision)) return;
    this.progress(revision);
    this.drop(key, false);
  }

  progress(revision: number): void {
    this.revision = Math.max(this.revision ?? 0, revision);
  }

  /** A source may read an object that is newer than the changes it shows: then those up to it are old news. */
  private isNews(key: string, revision: number): boolean {
    const cached = this.indexer.getByKey(key);
    return revision > (this.revision ?? 0) && (cached === undefined || revision > revisionOf(cached));
  }

  private store(object: T, initial: boolean): void {
    const cached = this.indexer.getByKey(objectKey(object));
    if (cached !== undefined && cached.metadata?.uid === object.metadata?.uid && revisionOf(cached) === revisionOf(object)) return;
    this.indexer.set(object);
    // Another object of the same name: the old one's end was missed.
    if (cached !== undefined && cached.metadata?.uid !== object.metadata?.uid) {
      this.tell((handler) => handler.delete?.(cached, false));
      this.tell((handler) => handler.add?.(object, initial));
    } else if (cached === undefined) this.tell((handler) => handler.add?.(object, initial));
    else this.tell((handler) => handler.update?.(object, cached));
  }

  private drop(key: string, lastStateKnown: boolean): void {
    const old = this.indexer.delete(key);
    if (old !== undefined) this.tell((handler) => handler.delete?.(old, lastStateKnown));
  }

  private dropWith(last: T): void {
    if (this.indexer.delete(objectKey(last)) !== undefined) this.tell((handler) => handler.delete?.(last, true));
  }

  private tell(call: (handler: InformerHandler<T>) => void): void {
    for (const handler of this.handlers) this.guard(() => call(handler));
  }

  private guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.logger.error({ err: error }, 'a handler of an informer failed');
    }
  }
}
