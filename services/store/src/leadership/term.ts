import type { Failpoints, Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import type { CompactionPolicy } from '../compaction/compactor.js';
import { compactApart, RevisionAge } from '../compaction/compactor.js';
import { Committer } from '../log/committer.js';
import { expire } from '../log/expiry.js';
import { LeaseClock } from '../log/lease-clock.js';
import { LogState } from '../log/state.js';
import type { PostgresConfig } from '../postgres/connection.js';
import type { StoreMetrics } from '../metrics.js';
import { messageOf } from '../postgres/errors.js';
import type { Meta } from '../postgres/sql/meta.js';
import { readMeta, saveLeaseClock } from '../postgres/sql/meta.js';
import { Publisher } from '../publish/publisher.js';
import { publishProgress } from '../publish/progress.js';
import { serve } from '../serving/serve.js';
import type { Reads } from '../verbs/reads.js';
import type { LeaderSession } from './session.js';

export interface TermOptions {
  readonly bus: Bus;
  readonly postgres: PostgresConfig;
  readonly reads: Reads;
  readonly logger: Logger;
  readonly failpoints: Failpoints;
  readonly compaction: CompactionPolicy;
  readonly metrics?: StoreMetrics;
  /** Counts milliseconds for the lease clock; tests give their own. */
  readonly monotonic?: () => number;
}

/** Well under the silence after which Postgres ends the session, and under the second in which followers expect progress. */
const BEAT_MS = 400;
const EXPIRY_MS = 1_000;
const DRAIN_MS = 1_000;
/** A crash of a leader that commits nothing lets keys live this much longer, at most. */
const SAVE_CLOCK_MS = 30_000;

/** One term of a leader: what it runs, from the takeover until it is over. */
export class Term {
  private readonly committer: Committer;
  private readonly publisher: Publisher;
  private readonly age: RevisionAge;
  private readonly ended = Promise.withResolvers<void>();
  private beating = false;
  /** What the database said at the last beat. */
  private earlier: number;
  private readonly ending = new AbortController();
  private compacting: Promise<void> | undefined;
  private savedClock: number;

  private constructor(
    private readonly options: TermOptions,
    private readonly session: LeaderSession,
    private readonly epoch: number,
    private readonly state: LogState,
    private readonly clock: LeaseClock,
  ) {
    const { bus, logger, failpoints, reads, metrics } = options;
    this.earlier = state.revision;
    this.savedClock = clock.now();
    this.age = new RevisionAge(options.compaction);
    this.publisher = new Publisher({ bus, logger, failpoints, metrics, revision: state.revision, history: (after, limit) => reads.history(after, { limit }) });
    this.committer = new Committer({ session, state, epoch, failpoints, metrics, now: () => clock.now(), onCommitted: (entries) => this.publisher.push(entries), onLost: () => this.ended.resolve() });
    metrics?.acknowledged(() => this.publisher.acknowledgedRevision);
    session.onLost((error) => this.committer.lose(error));
  }

  static async begin(options: TermOptions, session: LeaderSession, meta: Meta): Promise<Term> {
    return new Term(options, session, meta.epoch, await LogState.load(session, meta.revision), new LeaseClock(meta.leaseClock, options.monotonic));
  }

  /** Serves writes until the term is over. */
  async serve(signal: AbortSignal): Promise<void> {
    const { bus, logger, reads, failpoints } = this.options;
    const storage: Storage = { ...reads, write: (operations) => this.committer.write(operations) };
    const stop = () => this.ended.resolve();
    // Before the first write: whoever hears of a new leader gives up what it has asked of the former one.
    await failpoints.pass('before-progress');
    publishProgress(bus, this.earlier, this.epoch);
    await failpoints.pass('after-progress');
    signal.addEventListener('abort', stop, { once: true });
    const serving = serve({ bus, subject: 'store.write', storage, logger });
    const beats = setInterval(() => void this.beat(), BEAT_MS);
    const expiry = setInterval(() => void expire(this.state, storage.write, this.clock.now()), EXPIRY_MS);
    try {
      await this.beat();
      if (!signal.aborted) await this.ended.promise;
      await serving.close();
      await this.committer.drain();
    } finally {
      clearInterval(beats);
      clearInterval(expiry);
      signal.removeEventListener('abort', stop);
      await this.end(signal.aborted);
    }
  }

  /** Removes history below `revision`. */
  compact(revision: number): Promise<void> {
    const { postgres, failpoints, logger } = this.options;
    return compactApart(postgres, logger, { epoch: this.epoch, failpoints, signal: this.ending.signal }, revision);
  }

  private async end(gracefully: boolean): Promise<void> {
    if (gracefully) await this.publisher.drain(DRAIN_MS);
    await this.publisher.stop();
    // Held by the measures, this whole term would stay in memory.
    this.options.metrics?.acknowledged(undefined);
    // The next leader's compaction does what this one leaves undone: nobody waits for it.
    this.ending.abort(new Error('the term is over'));
    await this.compacting;
    if (gracefully) await this.saveClock().catch(() => undefined);
  }

  /** Keeps the session alive and tells followers what the database says is the newest revision. */
  private async beat(): Promise<void> {
    this.session.checkProgress();
    if (this.beating) return;
    this.beating = true;
    try {
      const meta = await readMeta(this.session);
      if (meta.epoch !== this.epoch) this.committer.lose(new Error('another store leads now'));
      else await this.onMeta(meta);
    } catch (error) {
      this.committer.lose(new Error(`the leader's session failed: ${messageOf(error)}`));
    } finally {
      this.beating = false;
    }
  }

  private async onMeta(meta: Meta): Promise<void> {
    this.announce(meta.revision);
    this.compactIfDue(meta);
    const isBehind = this.clock.now() - Math.max(this.savedClock, this.committer.savedClock) > SAVE_CLOCK_MS;
    if (isBehind && this.state.expiring.size > 0) await this.saveClock();
  }

  private async saveClock(): Promise<void> {
    this.savedClock = this.clock.now();
    await saveLeaseClock(this.session, this.epoch, this.savedClock);
  }

  private compactIfDue(meta: Meta): void {
    const now = performance.now();
    this.age.record(now, meta.revision);
    const target = this.age.target(now, meta.revision);
    if (target <= meta.compacted || this.compacting) return;
    this.compacting = this.compact(target)
      .catch((error: unknown) => this.options.logger.warn({ error: messageOf(error) }, 'compaction failed'))
      .finally(() => (this.compacting = undefined));
  }

  /**
   * What is still on its way is announced a beat later: a follower that hears of a revision before it comes would read the log
   * for it, under load at every beat.
   */
  private announce(revision: number): void {
    publishProgress(this.options.bus, Math.max(this.earlier, Math.min(revision, this.publisher.acknowledgedRevision)), this.epoch);
    this.earlier = revision;
  }
}
