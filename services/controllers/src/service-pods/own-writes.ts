import type { KubeObject } from '@gantry/client';
import { revisionOf } from '@gantry/informer';

/**
 * What was written for each key and the cache may not show yet. Who decided by such a cache would write the same again: a second slice
 * with the same endpoints.
 */
export class OwnWrites {
  readonly #written = new Map<string, Set<number>>();
  readonly #waiting = new Set<string>();

  /** @param cached up to which revision the cache misses nothing */
  constructor(private readonly cached: () => number | undefined) {}

  wrote(key: string, object: KubeObject): void {
    const revision = revisionOf(object);
    if (revision <= (this.cached() ?? 0)) return;
    const revisions = this.#written.get(key) ?? new Set();
    this.#written.set(key, revisions.add(revision));
  }

  /** Whether the cache lacks something that was written for the key. If so, `concerns` will say when it does no longer. */
  isBehind(key: string): boolean {
    this.#dropSeen(key);
    const behind = this.#written.has(key);
    if (behind) this.#waiting.add(key);
    return behind;
  }

  /** Whether the key needs a look because of this change in the cache: it is somebody else's, or the last one that was waited for. */
  concerns(key: string, object: KubeObject): boolean {
    const own = this.#written.get(key)?.has(revisionOf(object)) ?? false;
    this.#dropSeen(key);
    if (!own) return true;
    return !this.#written.has(key) && this.#waiting.delete(key);
  }

  forget(key: string): void {
    this.#written.delete(key);
    this.#waiting.delete(key);
  }

  #dropSeen(key: string): void {
    const revisions = this.#written.get(key);
    if (revisions === undefined) return;
    const cached = this.cached() ?? 0;
    for (const revision of revisions) if (revision <= cached) revisions.delete(revision);
    if (revisions.size === 0) this.#written.delete(key);
  }
}
