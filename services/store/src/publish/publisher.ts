import type { Failpoints, Logger } from '@gantry/async';
import { Backoff, delay, systemClock } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import { watchSubject } from '@gantry/bus';
import type { HistoryPage, LogEntry } from '@gantry/storage';
import { encodeWatchMessage, parseKey, StorageError } from '@gantry/storage';
import type { StoreMetrics } from '../metrics.js';
import { messageOf } from '../postgres/errors.js';
import { align } from './align.js';
import { Backlog } from './backlog.js';

export interface PublisherOptions {
  readonly bus: Pick<Bus, 'watch'>;
  readonly logger: Logger;
  readonly failpoints: Failpoints;
  readonly metrics?: StoreMetrics;
  /** The newest committed revision when the term began. */
  readonly revision: number;
  /** Entries of the log above a revision. */
  readonly history: (after: number, limit: number) => Promise<HistoryPage>;
}

/** Messages that may be unacknowledged at once. */
const WINDOW = 256;
const REFILL_PAGE = 500;
const RETRY = { initial: 20, cap: 1_000 };

/**
 * Publishes every committed revision at the stream's sequence of the same number, in order. When one is refused or lost, all
 * that follow are refused too: it then asks the stream where it is and goes on from there (go-back-n), with what the log holds.
 */
export class Publisher {
  private readonly backlog: Backlog;
  private readonly stopping = new AbortController();
  /** The revision published last, acknowledged or not. */
  private cursor = 0;
  private unacknowledged = 0;
  private refusal: Error | undefined;
  private wake: (() => void) | undefined;
  private readonly running: Promise<void>;

  constructor(private readonly options: PublisherOptions) {
    this.backlog = new Backlog(options.revision);
    this.running = this.run();
  }

  /** The stream has acknowledged everything up to here; 0 while it is not known where the stream is. */
  get acknowledgedRevision(): number {
    return this.refusal ? 0 : this.cursor - this.unacknowledged;
  }

  /** Takes the entries of one commit. Never blocks: what does not fit into memory is read from the log later. */
  push(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.backlog.push(entry);
    this.wake?.();
  }

  /** Stops; what was not published then is published by the next leader. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake?.();
    await this.running;
  }

  /** Resolves when everything that was committed is acknowledged by the stream, or after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (this.acknowledgedRevision < this.backlog.newest && performance.now() < end) await delay(systemClock, 5);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff(RETRY);
    while (!signal.aborted) {
      try {
        const { newest } = this.backlog;
        this.cursor = await align(this.options.bus.watch, newest, async () => (await this.options.history(newest, 1)).revision);
        this.refusal = undefined;
        await this.publishFromCursor(() => backoff.reset());
      } catch (error) {
        this.options.metrics?.realigned();
        this.options.logger.warn({ error: messageOf(error), revision: this.cursor }, 'publishing was interrupted');
      }
      await this.allAcknowledged();
      await delay(systemClock, backoff.next(), signal).catch(() => undefined);
    }
  }

  /** Publishes until stopped; throws the first refusal. */
  private async publishFromCursor(progressed: () => void): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (this.refusal) throw this.refusal;
      const entry = this.unacknowledged < WINDOW ? this.backlog.take(this.cursor + 1) : undefined;
      if (entry) {
        const pause = this.options.failpoints.pass('before-publish');
        if (pause) await pause;
        this.publish(entry);
        progressed();
      } else if (this.unacknowledged < WINDOW && this.cursor < this.backlog.newest) {
        await this.refill();
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve));
        this.wake = undefined;
      }
    }
  }

  private publish(entry: LogEntry): void {
    const { headers, data } = encodeWatchMessage(entry);
    const { group, resource, namespace = '', name } = parseKey(entry.key);
    this.cursor = entry.revision;
    this.unacknowledged++;
    this.options.bus.watch.publish(watchSubject({ group, resource, namespace, name }), data, headers, entry.revision).then(this.wasAcknowledged, this.refused);
  }

  private readonly wasAcknowledged = (): void => {
    this.unacknowledged--;
    if (this.unacknowledged === 0 || this.unacknowledged === WINDOW - 1) this.wake?.();
    void this.options.failpoints.pass('after-publish');
  };

  private readonly refused = (error: Error): void => {
    this.unacknowledged--;
    this.refusal ??= error;
    this.wake?.();
  };

  private async refill(): Promise<void> {
    const { entries } = await this.options.history(this.cursor, REFILL_PAGE).catch((error: unknown) => this.skipCompacted(error));
    if (entries.length === 0) return;
    if (entries[0]?.revision !== this.cursor + 1) throw new Error(`the log does not follow on revision ${this.cursor}`);
    this.backlog.refill(entries);
  }

  /** What is compacted cannot be published any more: followers list again. */
  private async skipCompacted(error: unknown): Promise<Pick<HistoryPage, 'entries'>> {
    if (!(error instanceof StorageError) || error.code !== 'compacted') throw error;
    const { newest } = this.backlog;
    await this.options.bus.watch.purgeTo(newest + 1);
    this.cursor = newest;
    return { entries: [] };
  }

  private async allAcknowledged(): Promise<void> {
    while (this.unacknowledged > 0 && !this.stopping.signal.aborted) {
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }
}
