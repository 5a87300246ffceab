import { Backoff, Deferred, delay, onAbort, silentLogger, systemClock, type Clock, type Logger } from '@gantry/async';
import type { KubeObject } from '@gantry/client';
import { InformerCache, type InformerHandler } from './cache.js';
import type { IndexFunction, Lister } from './indexer.js';
import type { InformerSource } from './source.js';

export interface InformerOptions<T extends KubeObject> {
  readonly source: InformerSource<T>;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** For logs: the resource's name. */
  readonly name?: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** A cache of a resource that keeps itself up to date, shared by all who handle its changes. */
export interface Informer<T extends KubeObject> {
  readonly lister: Lister<T>;
  /** True once the cache was filled and its handlers were told. */
  readonly hasSynced: boolean;
  /** The revision up to which the cache misses nothing; undefined before it is filled. */
  readonly revision: number | undefined;
  /** May be added at any time: what is in the cache is shown first. The function returned takes it away. */
  addHandler(handler: InformerHandler<T>): () => void;
  /** Declares indexes, at any time. A name that is taken keeps its first meaning. */
  addIndexes(indexes: Readonly<Record<string, IndexFunction<T>>>): void;
  /** Idempotent. */
  start(): void;
  /** Resolves when the cache was filled once; rejects when `signal` is aborted or the informer is stopped before. */
  waitForSync(signal?: AbortSignal): Promise<void>;
  /** Ends the source; the cache stays readable. Idempotent. */
  stop(): Promise<void>;
}

/** Milliseconds between attempts, as client-go's reflector waits but for a shorter beginning. */
const BACKOFF = { initial: 200, cap: 30_000, jitter: 1 };

export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  return new SharedInformer(options);
}

/** Resolves when all are synced. */
export async function waitForAllSynced(informers: readonly Pick<Informer<KubeObject>, 'waitForSync'>[], signal?: AbortSignal): Promise<void> {
  await Promise.all(informers.map((informer) => informer.waitForSync(signal)));
}

class SharedInformer<T extends KubeObject> implements Informer<T> {
  private readonly cache: InformerCache<T>;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private readonly synced = new Deferred();
  private running: Promise<void> | undefined;

  constructor(private readonly options: InformerOptions<T>) {
    this.clock = options.clock ?? systemClock;
    this.logger = (options.logger ?? silentLogger).child({ informer: options.name });
    this.cache = new InformerCache(options.indexes ?? {}, this.logger);
    // Nobody need wait for the sync of an informer that is stopped.
    this.synced.promise.catch(() => undefined);
  }

  get lister(): Lister<T> {
    return this.cache.indexer;
  }

  get hasSynced(): boolean {
    return this.cache.revision !== undefined;
  }

  get revision(): number | undefined {
    return this.cache.revision;
  }

  addHandler(handler: InformerHandler<T>): () => void {
    return this.cache.addHandler(handler);
  }

  addIndexes(indexes: Readonly<Record<string, IndexFunction<T>>>): void {
    this.cache.indexer.addIndexes(indexes);
  }

  start(): void {
    this.running ??= this.run();
  }

  waitForSync(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const release = onAbort(signal, reject);
      this.synced.promise.then(resolve, reject).finally(release);
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the informer was stopped'));
    this.synced.reject(this.stopping.signal.reason);
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff(BACKOFF);
    const sink = this.observedSink();
    while (!signal.aborted) {
      try {
        await this.options.source.run(sink, signal, () => backoff.reset());
      } catch (error) {
        if (signal.aborted) return;
        this.logger.debug({ err: error }, 'the source of an informer failed');
        await delay(this.clock, backoff.next(), signal).catch(() => undefined);
      }
    }
  }

  /** The cache, with the first `replace` noticed. */
  private observedSink() {
    const { cache, synced } = this;
    return {
      get revision() {
        return cache.revision;
      },
      replace: (objects: readonly T[], revision: number): void => {
        cache.replace(objects, revision);
        synced.resolve();
      },
      apply: cache.apply.bind(cache),
      remove: cache.remove.bind(cache),
      progress: cache.progress.bind(cache),
    };
  }
}
