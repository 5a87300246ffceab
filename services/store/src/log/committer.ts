import type { Failpoints } from '@gantry/async';
import type { LogEntry, StoredValue, WriteOperation, WriteOutcome } from '@gantry/storage';
import { StorageError, validateWrite } from '@gantry/storage';
import type { LeaderSession } from '../leadership/session.js';
import { commitError, messageOf, wasRolledBack } from '../postgres/errors.js';
import type { Append } from '../postgres/sql/append.js';
import { append } from '../postgres/sql/append.js';
import { loadValues } from '../postgres/sql/load.js';
import { readMeta } from '../postgres/sql/meta.js';
import type { StoreMetrics } from '../metrics.js';
import type { PendingWrite } from './batch.js';
import { Batch } from './batch.js';
import type { LogState } from './state.js';

export interface CommitterOptions {
  readonly session: LeaderSession;
  readonly state: LogState;
  readonly epoch: number;
  readonly failpoints: Failpoints;
  /** The lease clock. */
  readonly now: () => number;
  readonly metrics?: StoreMetrics;
  /** Called with the entries of every commit, in order, before its writes are answered. */
  readonly onCommitted: (entries: readonly LogEntry[]) => void;
  /** Called once, when this committer can never commit again: what it knows may be wrong from here on. */
  readonly onLost: (error: Error) => void;
}

/** Rows of one commit, about: a write is never split. */
const BATCH_ROWS = 500;
/** Bytes of values in one commit, about. */
const BATCH_BYTES = 8 * 1024 * 1024;
/** Its successor may have been sent the same writes: that nobody wrote them cannot be said. */
const ANOTHER_LEADS = 'another store leads now, which may have done this write';
const NO_VALUES: ReadonlyMap<number, StoredValue> = new Map();

/**
 * Group commit: writes that arrive while a commit is in flight form the next batch. There is no timer; the first write
 * after a pause waits for the end of the present turn of the loop, so that what came with it shares its commit.
 */
export class Committer {
  private waiting: PendingWrite[] = [];
  private running: Promise<void> | undefined;
  private lost: Error | undefined;
  private saved = 0;

  constructor(private readonly options: CommitterOptions) {}

  async write(operations: readonly WriteOperation[]): Promise<WriteOutcome> {
    validateWrite(operations);
    if (this.lost) throw leftOpen(this.lost);
    return new Promise((resolve, reject) => {
      this.waiting.push({ operations, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** The reading of the lease clock that the last commit has stored. */
  get savedClock(): number {
    return this.saved;
  }

  /** Resolves when everything that was accepted is answered. */
  async drain(): Promise<void> {
    while (this.running) await this.running;
  }

  /** Refuses everything from now on; a commit in flight is still answered. */
  lose(error: Error): void {
    if (this.lost) return;
    this.lost = error;
    this.options.onLost(error);
    for (const { reject } of this.waiting.splice(0)) reject(leftOpen(error));
  }

  private async run(): Promise<void> {
    await new Promise(setImmediate);
    while (this.waiting.length > 0) await this.commitNext();
    this.running = undefined;
  }

  private async commitNext(): Promise<void> {
    const { state, epoch, now, failpoints } = this.options;
    const writes = this.takeWaiting();
    await failpoints.pass('before-begin');
    const batch = new Batch(state, epoch, now());
    const start = performance.now();
    try {
      for (const write of writes) batch.add(write);
      await this.commit(batch);
      this.options.metrics?.committed({ writes: writes.length, rows: batch.rows, milliseconds: performance.now() - start, revision: state.revision });
    } catch (error) {
      this.failed(error, writes);
    }
  }

  private takeWaiting(): PendingWrite[] {
    let rows = 0;
    let bytes = 0;
    const end = this.waiting.findIndex(({ operations }) => {
      const isFull = rows >= BATCH_ROWS || bytes >= BATCH_BYTES;
      rows += operations.length;
      for (const operation of operations) bytes += operation.type === 'put' ? operation.value.length : 0;
      return isFull;
    });
    if (end > 0) return this.waiting.splice(0, end);
    const all = this.waiting;
    this.waiting = [];
    return all;
  }

  private async commit(batch: Batch): Promise<void> {
    const { session, failpoints, state, onCommitted } = this.options;
    const needed = batch.neededRevisions();
    const values = needed.length === 0 ? NO_VALUES : await loadValues(session, needed);
    const content = batch.complete(values);
    // Before the commit: what fails here must not fail behind it, when "nothing was written" would be false.
    const outcomes = batch.outcomes(values);
    await failpoints.pass('after-begin');
    await failpoints.pass('before-commit');
    if (batch.rows === 0) await this.confirmEpoch();
    else await this.append(content);
    await failpoints.pass('after-commit');
    batch.applyTo(state);
    onCommitted(content.entries);
    await failpoints.pass('before-acknowledge');
    for (const { write, outcome } of outcomes) write.resolve(outcome);
    await failpoints.pass('after-acknowledge');
  }

  private async append(content: Append): Promise<void> {
    const isLeader = await append(this.options.session, content).catch((error: unknown) => {
      throw commitError(error);
    });
    if (!isLeader) throw new StorageError('ambiguous', ANOTHER_LEADS);
    this.saved = content.leaseClock;
  }

  /** Refusals and puts without effect are true only if nobody else has led since: as strict as a commit, without one. */
  private async confirmEpoch(): Promise<void> {
    const meta = await readMeta(this.options.session);
    if (meta.epoch !== this.options.epoch) throw new StorageError('ambiguous', ANOTHER_LEADS);
  }

  /** A statement that Postgres rolled back leaves the state true; anything else ends this committer. */
  private failed(error: unknown, writes: readonly PendingWrite[]): void {
    this.options.metrics?.commitFailed();
    const answer = error instanceof StorageError ? error : wasRolledBack(error) ? new StorageError('unavailable', `nothing was written: ${messageOf(error)}`, { cause: error }) : leftOpen(error);
    for (const { reject } of writes) reject(answer);
    if (!wasRolledBack(answer.cause)) this.lose(answer);
  }
}

/**
 * What is said of a write that no commit holds when the leader lost its right to commit, or its session, by `error`. How long ago it lost that is
 * not known, as after a freeze: a successor may have been sent the same write and have done it.
 */
function leftOpen(error: unknown): StorageError {
  return new StorageError('ambiguous', `this store leads no more (${messageOf(error)}) and has not begun this write; its successor may have`, { cause: error });
}
