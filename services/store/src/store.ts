import { Failpoints, type Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import { StorageError } from '@gantry/storage';
import type { CompactionPolicy } from './compaction/compactor.js';
import { DEFAULT_COMPACTION } from './compaction/compactor.js';
import { runLeadership } from './leadership/leadership.js';
import { Term } from './leadership/term.js';
import type { StoreMetrics } from './metrics.js';
import type { PostgresConfig } from './postgres/connection.js';
import { createReaders } from './postgres/connection.js';
import { messageOf } from './postgres/errors.js';
import { migrate } from './postgres/migrations/migrate.js';
import { readOnly, serve } from './serving/serve.js';
import { createReads } from './verbs/reads.js';

export interface StoreOptions {
  readonly bus: Bus;
  readonly postgres: PostgresConfig;
  readonly logger: Logger;
  readonly compaction?: Partial<CompactionPolicy>;
  readonly metrics?: StoreMetrics;
  /** Counts milliseconds, never backwards, for the time that keys live; tests give their own. */
  readonly monotonic?: () => number;
  /** Armed by tests alone. */
  readonly failpoints?: Failpoints;
}

export interface RunningStore {
  /** True while this store serves writes. */
  readonly leading: boolean;
  /** Resolves as soon as this store serves writes. */
  whenLeading(): Promise<void>;
  /** Removes history below a revision; only the leader can. */
  compact(revision: number): Promise<void>;
  /** Stops serving, finishes what was accepted, gives the leadership up. Idempotent. */
  stop(): Promise<void>;
}

/** Migrates the database, serves reads and takes part in the leadership; resolves when reads are served. */
export async function startStore(options: StoreOptions): Promise<RunningStore> {
  await migrate(options.postgres, options.logger);
  return new Store(options);
}

class Store implements RunningStore {
  private readonly stopping = new AbortController();
  private readonly leadership: Promise<void>;
  private readonly closeReads: () => Promise<void>;
  private term: Term | undefined;
  private waiters: (() => void)[] = [];
  private stopped: Promise<void> | undefined;

  constructor({ bus, postgres, logger, compaction, metrics, monotonic, failpoints = new Failpoints() }: StoreOptions) {
    const readers = createReaders(postgres, (error) => logger.warn({ error: messageOf(error) }, 'a reading connection failed'));
    const reads = createReads(readers);
    const serving = serve({ bus, subject: 'store.read', queue: 'store', storage: readOnly(reads), logger });
    this.closeReads = async () => {
      await serving.close();
      await readers.end();
    };
    const term = { bus, postgres, reads, logger, failpoints, metrics, monotonic, compaction: { ...DEFAULT_COMPACTION, ...compaction } };
    this.leadership = runLeadership(
      { postgres, logger, failpoints, lead: async (session, meta, signal) => this.lead(await Term.begin(term, session, meta), signal) },
      this.stopping.signal,
    );
  }

  get leading(): boolean {
    return this.term !== undefined;
  }

  whenLeading(): Promise<void> {
    return this.term ? Promise.resolve() : new Promise((resolve) => this.waiters.push(resolve));
  }

  async compact(revision: number): Promise<void> {
    if (!this.term) throw new StorageError('unavailable', 'only the leader compacts');
    await this.term.compact(revision);
  }

  stop(): Promise<void> {
    return (this.stopped ??= this.stopOnce());
  }

  private async stopOnce(): Promise<void> {
    this.stopping.abort();
    await this.leadership;
    await this.closeReads();
  }

  private async lead(term: Term, signal: AbortSignal): Promise<void> {
    const serving = term.serve(signal);
    this.term = term;
    for (const resolve of this.waiters.splice(0)) resolve();
    try {
      await serving;
    } finally {
      this.term = undefined;
    }
  }
}
