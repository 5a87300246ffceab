import type { Logger } from '@gantry/async';
import type { Bus, SequencedMessage, Subscription } from '@gantry/bus';
import { StorageError } from '@gantry/storage';
import type { LogEntry, Storage } from '@gantry/storage';

export interface FeedOptions {
  readonly bus: Bus;
  readonly storage: Storage;
  readonly decode: (message: SequencedMessage) => LogEntry | Promise<LogEntry>;
  /** Applies the operations of whole writes, in order. Must not throw. */
  readonly apply: (entries: readonly LogEntry[]) => void;
  /** Replaces everything by a snapshot and answers its revision. */
  readonly relist: () => Promise<number>;
  /** Everything up to `revision` has been applied; also called when a progress message found nothing missing. */
  readonly onProgress: (revision: number) => void;
  /** Asked before something is applied; what it answers is waited for. */
  readonly pause?: () => Promise<void> | undefined;
  readonly logger: Logger;
}

/** A progress message carries the newest revision in decimal digits. */
export const PROGRESS_SUBJECT = 'progress.rev';

const RETRY_MS = 250;
/** Milliseconds for which catching up may keep the event loop. */
const SLICE_MS = 4;
/** Messages kept while the log is being read; beyond that the log is simply read again. */
const EARLY_LIMIT = 4096;

/**
 * Follows the watch stream from a snapshot on, and nothing else: what this process itself wrote arrives here like everything else.
 * Invariants: every revision is applied exactly once and in order; a gap is filled from the store's log before anything behind it is applied;
 * the operations of one write are applied together.
 */
export class Feed {
  #applied = 0;
  #received = 0;
  #open: LogEntry[] = [];
  #early: SequencedMessage[] = [];
  #catchingUp: Promise<void> | undefined;
  #subscriptions: Subscription[] = [];
  #stopped = false;
  #startsOver = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(private readonly options: FeedOptions) {}

  /** The revision up to which everything has been applied. */
  get applied(): number {
    return this.#applied;
  }

  /** May be called again after it failed; does nothing once it worked. */
  async start(): Promise<void> {
    if (this.#subscriptions.length > 0) return;
    await this.#relist();
    if (this.#stopped) return;
    const { bus } = this.options;
    const onMessage = (message: SequencedMessage): void => this.#onMessage(message);
    this.#subscriptions.push(await bus.watch.follow({ fromSequence: this.#received + 1, onMessage, onGap: () => this.#catchUp() }));
    this.#subscriptions.push(bus.subscribe(PROGRESS_SUBJECT, ({ data }) => this.#onProgress(Number(Buffer.from(data).toString('latin1')))));
    if (this.#stopped) await this.#unsubscribe();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#unsubscribe();
    await this.#catchingUp;
  }

  async #unsubscribe(): Promise<void> {
    await Promise.all(this.#subscriptions.splice(0).map((subscription) => subscription.close()));
  }

  #onMessage(message: SequencedMessage): void {
    if (this.#stopped || message.sequence <= this.#received) return;
    if (this.#catchingUp !== undefined || message.sequence > this.#received + 1) {
      if (this.#early.length < EARLY_LIMIT) this.#early.push(message);
      this.#catchUp();
      return;
    }
    const pause = this.options.pause?.();
    if (pause !== undefined) return this.#holdUp(pause, message);
    const entry = this.options.decode(message);
    if (!(entry instanceof Promise)) return this.#receive(entry);
    // The log is read for the body anyway, in order with what comes behind it; nobody waits for this one.
    entry.catch(() => undefined);
    this.#catchUp();
  }

  #holdUp(pause: Promise<void>, message: SequencedMessage): void {
    this.#early.push(message);
    void this.#whileBusy(pause.then(() => this.#readLog()));
  }

  /** Begins with a new snapshot, as after a log that no longer reaches back, and tries until it has one. */
  startOver(): void {
    this.#startsOver = true;
    this.#catchUp();
  }

  /** A lost tail shows no gap: only the progress message tells that something is missing. */
  #onProgress(revision: number): void {
    if (this.#stopped || !Number.isSafeInteger(revision)) return;
    if (revision > this.#received) this.#catchUp();
    else if (revision >= this.#applied) this.options.onProgress(this.#applied);
  }

  #receive(entry: LogEntry): void {
    this.#received = entry.revision;
    if (this.#open.length === 0 && entry.transactionLast) {
      this.#applied = entry.revision;
      this.options.apply([entry]);
    } else {
      this.#open.push(entry);
      if (!entry.transactionLast) return;
      this.#applied = entry.revision;
      this.options.apply(this.#open.splice(0));
    }
  }

  #catchUp(): void {
    if (this.#stopped || this.#catchingUp !== undefined || this.#retry !== undefined) return;
    void this.#whileBusy(this.#readLog());
  }

  /** What arrives while `work` runs waits for its end; where it fails, the log is read again. */
  #whileBusy(work: Promise<void>): Promise<void> {
    return (this.#catchingUp = work
      .catch((error: unknown) => this.#tryAgain(error))
      .finally(() => {
        this.#catchingUp = undefined;
        this.#takeEarly();
        if (this.#startsOver) this.#catchUp();
      }));
  }

  async #readLog(): Promise<void> {
    try {
      for (;;) {
        if (this.#startsOver) return await this.#relist();
        const page = await this.options.storage.history(this.#received);
        if (this.#stopped) return;
        await this.#receiveAll(page.entries);
        if (this.#stopped || this.#received >= page.revision || page.entries.length === 0) return;
      }
    } catch (error) {
      if (!(error instanceof StorageError) || (error.code !== 'compacted' && error.code !== 'future')) throw error;
      this.options.logger.warn({ after: this.#received, code: error.code }, 'The log no longer covers this replica: listing again');
      await this.#relist();
    }
  }

  /** In slices: who catches up has many watchers to tell, and others wait for the loop. */
  async #receiveAll(entries: readonly LogEntry[]): Promise<void> {
    let end = performance.now() + SLICE_MS;
    for (const entry of entries) {
      const pause = this.options.pause?.();
      if (pause !== undefined) await pause;
      if (performance.now() >= end) {
        await new Promise((resolve) => setImmediate(resolve));
        end = performance.now() + SLICE_MS;
      }
      if (this.#stopped) return;
      this.#receive(entry);
    }
  }

  async #relist(): Promise<void> {
    this.#open = [];
    this.#applied = this.#received = await this.options.relist();
    this.#startsOver = false;
    this.options.onProgress(this.#applied);
  }

  #tryAgain(error: unknown): void {
    if (this.#stopped) return;
    this.options.logger.debug({ error: String(error) }, 'Reading the log failed, trying again');
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#catchUp();
    }, RETRY_MS);
    this.#retry.unref();
  }

  /** What arrived while the log was read: what is known by now is dropped, what is still ahead starts another read. */
  #takeEarly(): void {
    for (const message of this.#early.splice(0)) this.#onMessage(message);
  }
}
