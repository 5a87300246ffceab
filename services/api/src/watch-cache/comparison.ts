import type { Logger } from '@gantry/async';
import type { ListPage, Storage, StoredValue } from '@gantry/storage';
import type { CachedObject } from './cached-object.js';
import { differences } from './differences.js';
import type { Difference } from './differences.js';
import type { ResourceCache } from './resource-cache.js';

export interface ComparisonOptions {
  /** Milliseconds from one step to the next; 0: none by time. */
  readonly intervalMs: number;
  /** Changes after which all caches are compared at once; 0: never. For tests. */
  readonly everyChanges: number;
  /** Keys of one step. */
  readonly keys: number;
  /** Told of what was found, before the caches are filled anew. */
  readonly onDifference?: ((found: readonly Difference[]) => void) | undefined;
}

interface ComparisonParts extends ComparisonOptions {
  readonly storage: Pick<Storage, 'list'>;
  /** As the caches open what they take; undefined for what does not open. */
  readonly open: (value: StoredValue) => StoredValue | undefined;
  readonly caches: readonly ResourceCache[];
  /** The revision that the caches show. */
  readonly revision: () => number;
  readonly logger: Logger;
}

/** What came of the steps for one resource, counted. */
interface ComparisonCounts {
  success: number;
  failure: number;
  error: number;
}

/** Reads of the storage in one step: most caches are nearly empty, and a step shall cost a few milliseconds. */
const READS_A_STEP = 8;

/**
 * Compares the caches with the storage at the same revision, key by key and byte by byte, a stretch of keys at a time: what a cache did not hear
 * of, or heard wrongly, is found however it came about. The state of a cache is taken in one turn of the loop; the storage is then read as it was
 * at the revision of that turn.
 */
export class Comparison {
  readonly #parts: ComparisonParts;
  readonly #onDifference: () => void;
  readonly #counts = new Map<ResourceCache, ComparisonCounts>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> | undefined;
  #stopped = false;
  #changes = 0;
  /** Where the next step goes on. */
  #cache = 0;
  #after: string | undefined;

  constructor(parts: ComparisonParts, onDifference: () => void) {
    this.#parts = parts;
    this.#onDifference = onDifference;
  }

  start(): void {
    const { intervalMs } = this.#parts;
    if (intervalMs > 0) this.#timer = setInterval(() => this.#begin(() => this.#step()), intervalMs).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  countsOf(cache: ResourceCache): ComparisonCounts {
    let counts = this.#counts.get(cache);
    if (counts === undefined) this.#counts.set(cache, (counts = { success: 0, failure: 0, error: 0 }));
    return counts;
  }

  /** The caches have applied so many changes. */
  applied(changes: number): void {
    const { everyChanges } = this.#parts;
    this.#changes += changes;
    if (everyChanges === 0 || this.#changes < everyChanges || this.#running !== undefined) return;
    this.#changes = 0;
    this.#begin(() => this.compareAll());
  }

  /** Everything, now. */
  async compareAll(): Promise<Difference[]> {
    const found: Difference[] = [];
    for (const cache of this.#parts.caches) {
      let after: string | undefined;
      do {
        const step = await this.#compare(cache, after);
        found.push(...step.found);
        after = step.last;
      } while (after !== undefined && !this.#stopped);
    }
    return found;
  }

  #begin(work: () => Promise<unknown>): void {
    if (this.#running !== undefined || this.#stopped) return;
    this.#running = work().finally(() => (this.#running = undefined));
  }

  async #step(): Promise<void> {
    const { caches, keys } = this.#parts;
    let left = keys;
    for (let reads = 0; reads < READS_A_STEP && left > 0 && !this.#stopped; reads++) {
      const { compared, last } = await this.#compare(caches[this.#cache]!, this.#after);
      left -= compared;
      this.#after = last;
      if (last === undefined) this.#cache = (this.#cache + 1) % caches.length;
    }
  }

  /** Compares the keys behind `after`; answers the last of them, undefined at the end. A storage that does not answer says nothing. */
  async #compare(cache: ResourceCache, after: string | undefined): Promise<{ found: Difference[]; compared: number; last: string | undefined }> {
    const { keys, storage, revision: shown } = this.#parts;
    const revision = shown();
    const cached = firstBehind(cache, after, keys);
    try {
      const page = await storage.list(cache.prefix, { revision, limit: keys, ...(after !== undefined && { after }) });
      const last = lastOfBoth(cached, page, keys);
      const found = this.#differences(cached, page, last);
      this.#judge(cache, revision, found);
      return { found, compared: page.items.length + 1, last };
    } catch (error) {
      this.countsOf(cache).error += 1;
      this.#parts.logger.debug({ prefix: cache.prefix, error: String(error) }, 'A cache could not be compared with the storage');
      return { found: [], compared: 1, last: undefined };
    }
  }

  #differences(cached: readonly CachedObject[], { items }: ListPage, last: string | undefined): Difference[] {
    const stored = items.map((item) => this.#parts.open(item));
    const unopened = new Set(items.filter((_, index) => stored[index] === undefined).map(({ key }) => key));
    return differences({ cached, stored, unopened, last });
  }

  #judge(cache: ResourceCache, revision: number, found: readonly Difference[]): void {
    this.countsOf(cache)[found.length === 0 ? 'success' : 'failure'] += 1;
    if (found.length === 0) return;
    this.#parts.logger.error({ prefix: cache.prefix, revision, count: found.length, first: found[0] }, 'A cache differs from the storage at the same revision: it is filled anew, and until then reads are the storage\'s');
    this.#parts.onDifference?.(found);
    this.#onDifference();
  }
}

function firstBehind(cache: ResourceCache, after: string | undefined, count: number): CachedObject[] {
  const objects: CachedObject[] = [];
  cache.scan(cache.prefix, (object) => objects.push(object) < count, after);
  return objects;
}

/** Of two stretches of at most `count` keys, the last key that both reach; undefined where both end before that. */
function lastOfBoth(cached: readonly CachedObject[], { items, more }: ListPage, count: number): string | undefined {
  const ends = [more ? items.at(-1)?.key : undefined, cached.length === count ? cached.at(-1)!.key : undefined].filter((key) => key !== undefined);
  return ends.length === 0 ? undefined : ends.reduce((left, right) => (left < right ? left : right));
}
