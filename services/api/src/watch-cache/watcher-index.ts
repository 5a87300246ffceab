import type { CacheEvent } from './cache-event.js';
import type { CachedObject } from './cached-object.js';

/** Who is told of events. Neither function may throw. */
export interface Watcher {
  /** A field and the only value of it that this watcher can match (`spec.nodeName`, `node-1`); undefined: asked about every event. */
  readonly trigger?: { readonly field: string; readonly value: string } | undefined;
  offer(event: CacheEvent): void;
  /** Everything up to and including `revision` has been offered. */
  progress(revision: number): void;
  /** The server stops: what was told is all, and somebody else tells what follows. */
  end(): void;
  /** The cache starts over, and what happened meanwhile is not known: whoever is told of events must list again. Absent: `end` is all that there is to do. */
  expire?(): void;
}

/**
 * The watchers of one resource. Those that can only match one value of an indexed field are found by it: with a watch per node,
 * an event reaches the watcher of its node without asking the thousands of others.
 */
export class WatcherIndex {
  /** Watches that were cut off, counted for who measures. */
  terminated = 0;
  readonly #all = new Set<Watcher>();
  readonly #untriggered = new Set<Watcher>();
  readonly #triggered = new Map<string, Map<string, Set<Watcher>>>();

  constructor(private readonly fields: Readonly<Record<string, (object: CachedObject['object']) => string>>) {}

  get size(): number {
    return this.#all.size;
  }

  add(watcher: Watcher): void {
    this.#all.add(watcher);
    this.#home(watcher).add(watcher);
  }

  delete(watcher: Watcher): void {
    this.#all.delete(watcher);
    const home = this.#home(watcher);
    home.delete(watcher);
    const { trigger } = watcher;
    if (trigger !== undefined && home.size === 0) this.#triggered.get(trigger.field)?.delete(trigger.value);
  }

  dispatch(event: CacheEvent): void {
    for (const watcher of this.#untriggered) watcher.offer(event);
    for (const [field, byValue] of this.#triggered) {
      if (byValue.size > 0) this.#dispatchBy(field, byValue, event);
    }
  }

  progress(revision: number): void {
    for (const watcher of this.#all) watcher.progress(revision);
  }

  endAll(): void {
    for (const watcher of [...this.#all]) watcher.end();
  }

  expireAll(): void {
    for (const watcher of [...this.#all]) {
      if (watcher.expire === undefined) watcher.end();
      else watcher.expire();
    }
  }

  #dispatchBy(field: string, byValue: Map<string, Set<Watcher>>, event: CacheEvent): void {
    const valueOf = this.fields[field]!;
    const now = valueOf(event.object.object);
    const before = event.previous === undefined ? now : valueOf(event.previous.object);
    for (const watcher of byValue.get(now) ?? []) watcher.offer(event);
    if (before !== now) for (const watcher of byValue.get(before) ?? []) watcher.offer(event);
  }

  #home({ trigger }: Watcher): Set<Watcher> {
    if (trigger === undefined || !Object.hasOwn(this.fields, trigger.field)) return this.#untriggered;
    let byValue = this.#triggered.get(trigger.field);
    if (byValue === undefined) this.#triggered.set(trigger.field, (byValue = new Map()));
    let home = byValue.get(trigger.value);
    if (home === undefined) byValue.set(trigger.value, (home = new Set()));
    return home;
  }
}
