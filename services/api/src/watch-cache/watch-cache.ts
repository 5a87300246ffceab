import { Failpoints } from '@gantry/async';
import type { Logger } from '@gantry/async';
import type { Bus, SequencedMessage } from '@gantry/bus';
import { resourceTypeOf } from '@gantry/storage';
import type { LogEntry, Storage, StoredValue } from '@gantry/storage';
import { CachedObject } from './cached-object.js';
import { Feed } from './feed.js';
import { Comparison } from './comparison.js';
import type { ComparisonOptions } from './comparison.js';
import { FreshRevision, RevisionWaiters } from './freshness.js';
import { ResourceCache } from './resource-cache.js';
import type { ResourceCacheOptions } from './resource-cache.js';

export interface WatchCacheOptions {
  readonly bus: Bus;
  readonly storage: Storage;
  readonly decode: (message: SequencedMessage) => LogEntry | Promise<LogEntry>;
  /** What comes from storage may be sealed: opened here, once, on entry. Throws for what does not open. */
  readonly open: <T extends StoredValue>(value: T) => T;
  readonly resources: readonly ResourceCacheOptions[];
  /** How long a read waits for the cache before it asks the storage. */
  readonly freshnessTimeoutMs: number;
  readonly comparison: ComparisonOptions;
  readonly logger: Logger;
  readonly failpoints?: Failpoints | undefined;
}

const PAGE = 500;

/** Every resource's cache, and the one feed that fills them all: one revision holds for all of them. */
export class WatchCache {
  readonly #byPrefix = new Map<string, ResourceCache>();
  readonly #feed: Feed;
  readonly #waiters = new RevisionWaiters();
  readonly #fresh: FreshRevision;
  readonly #failpoints: Failpoints;
  readonly comparison: Comparison;
  #isTrusted = true;

  constructor(private readonly options: WatchCacheOptions) {
    for (const resource of options.resources) this.#byPrefix.set(resource.prefix, new ResourceCache(resource));
    this.#fresh = new FreshRevision(() => options.storage.currentRevision());
    this.#failpoints = options.failpoints ?? new Failpoints();
    this.comparison = new Comparison({ ...options.comparison, storage: options.storage, open: (value) => this.#opened(value), caches: [...this.#byPrefix.values()], revision: () => this.revision, logger: options.logger }, () => this.#distrust());
    this.#feed = new Feed({
      bus: options.bus,
      storage: options.storage,
      decode: options.decode,
      apply: (entries) => this.#apply(entries),
      relist: () => this.#relist(),
      onProgress: (revision) => this.#onProgress(revision),
      pause: () => this.#failpoints.pass('before-cache-apply'),
      logger: options.logger,
    });
  }

  /** The revision that all caches show. */
  get revision(): number {
    return this.#feed.applied;
  }

  /** The cache of a prefix given at construction. */
  resource(prefix: string): ResourceCache {
    const cache = this.#byPrefix.get(prefix);
    if (cache === undefined) throw new Error(`no cache for ${prefix}`);
    return cache;
  }

  async start(): Promise<void> {
    await this.#feed.start();
    this.comparison.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.comparison.stop(), this.#feed.stop()]);
    this.#waiters.giveUpAll();
    for (const cache of this.#byPrefix.values()) cache.watchers.endAll();
  }

  /** Ends every open watch cleanly: its client resumes at another replica. */
  endWatches(): void {
    for (const cache of this.#byPrefix.values()) cache.watchers.endAll();
  }

  /** The newest revision, read after this call began; one read for all who ask meanwhile. */
  currentRevision(): Promise<number> {
    return this.#fresh.current();
  }

  /** False from the moment at which a cache was found to differ from the storage until it has been filled anew: reads are the storage's until then. */
  get isTrusted(): boolean {
    return this.#isTrusted;
  }

  /** True when the caches may be read for `revision` or something newer. */
  has(revision: number): boolean {
    return this.#isTrusted && this.#feed.applied >= revision;
  }

  /** True when the state of a cache is the one that it had at `revision`. */
  shows(cache: ResourceCache, revision: number): boolean {
    return this.has(revision) && cache.changed <= revision;
  }

  /** False when the caches do not have `revision` within the time that a read may wait. */
  async reached(revision: number): Promise<boolean> {
    if (!this.#isTrusted || this.#feed.applied >= revision) return this.#isTrusted;
    return (await this.#waiters.wait(revision, this.options.freshnessTimeoutMs)) && this.#isTrusted;
  }

  #distrust(): void {
    this.#isTrusted = false;
    this.#feed.startOver();
  }

  #apply(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const cache = this.#byPrefix.get(`${resourceTypeOf(entry.key)}/`);
      const plain = cache && this.#opened(entry);
      if (plain !== undefined) cache!.apply(plain);
    }
    void this.#failpoints.pass('after-cache-apply');
    this.comparison.applied(entries.length);
    this.#waiters.advance(this.#feed.applied);
  }

  /** A value that does not open is left out, loudly: it must not stop everything behind it. */
  #opened<T extends StoredValue>(value: T): T | undefined {
    try {
      return this.options.open(value);
    } catch (error) {
      this.options.logger.error({ key: value.key, revision: value.revision, error: String(error) }, 'A value could not be opened and is not served');
      return undefined;
    }
  }

  #onProgress(revision: number): void {
    this.#waiters.advance(revision);
    for (const cache of this.#byPrefix.values()) cache.watchers.progress(revision);
  }

  async #relist(): Promise<number> {
    await this.#failpoints.pass('before-relist');
    const { storage } = this.options;
    const revision = await storage.currentRevision();
    const snapshots = await Promise.all([...this.#byPrefix.values()].map(async (cache) => ({ cache, values: await this.#snapshot(cache, revision) })));
    await this.#failpoints.pass('after-relist');
    for (const { cache, values } of snapshots) cache.reset(values, revision);
    this.#isTrusted = true;
    return revision;
  }

  async #snapshot(cache: ResourceCache, revision: number): Promise<CachedObject[]> {
    const objects: CachedObject[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.options.storage.list(cache.prefix, { revision, limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const item of page.items) {
        const plain = this.#opened(item);
        if (plain !== undefined) objects.push(new CachedObject(cache.form, item.key, item.revision, plain));
      }
      if (!page.more) return objects;
      after = page.items.at(-1)!.key;
    }
  }
}
