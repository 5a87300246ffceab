import { compareKeys, resourceTypeOf, validateKey, validatePrefix } from '../keys.js';
import type { PlannedChange } from '../plan.js';
import { planWrite, validateWrite } from '../plan.js';
import type { HistoryPage, ListOptions, ListPage, LogEntry, PutOperation, Storage, StoredValue, WriteOperation, WriteOutcome } from '../storage.js';
import { StorageError } from '../storage.js';
import { keptVersions, stateAt } from './versions.js';

export interface MemoryStorageOptions {
  /** Called with every committed entry, in order, before the write is answered. */
  readonly publish?: (entry: LogEntry) => void;
  /** Milliseconds since the epoch, for `ttlSeconds`. */
  readonly now?: () => number;
}

export interface MemoryStorage extends Storage {
  /** Forgets history: afterwards reads below `revision` fail with `compacted`. */
  compact(revision: number): void;
  /** Deletes what has outlived its `ttlSeconds`, each as an ordinary delete. */
  expire(): Promise<void>;
}

const DEFAULT_HISTORY_LIMIT = 500;
const HISTORY_BYTES = 4 * 1024 * 1024;

/** A storage that lives in memory and keeps every version until `compact`: for tests. */
export function createMemoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  return new VersionedMemory(options);
}

class VersionedMemory implements MemoryStorage {
  private readonly versions = new Map<string, readonly LogEntry[]>();
  private readonly kinds = new Map<string, number>();
  private readonly deadlines = new Map<string, number>();
  private log: LogEntry[] = [];
  private revision = 0;
  private compacted = 0;

  constructor(private readonly options: MemoryStorageOptions) {}

  async write(operations: readonly WriteOperation[], options?: { signal?: AbortSignal }): Promise<WriteOutcome> {
    options?.signal?.throwIfAborted();
    validateWrite(operations);
    const plan = planWrite(operations, { revisionOf: (key) => this.current(key)?.revision ?? 0, isUnchanged: (put) => this.isUnchanged(put) });
    if (!plan.ok) {
      const key = operations[plan.failedOperation]?.key ?? '';
      return { ok: false, failedOperation: plan.failedOperation, current: this.current(key) };
    }
    const revisions = [...plan.unchanged];
    for (const change of plan.changes) revisions[change.index] = this.append(change, change === plan.changes.at(-1));
    return { ok: true, revisions };
  }

  async get(key: string, options: { revision?: number; signal?: AbortSignal } = {}): Promise<{ revision: number; value: StoredValue | undefined }> {
    options.signal?.throwIfAborted();
    validateKey(key);
    const revision = this.readable(options.revision);
    return { revision, value: stateAt(this.versions.get(key) ?? [], revision) };
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListPage> {
    options.signal?.throwIfAborted();
    validatePrefix(prefix);
    const revision = this.readable(options.revision);
    const { after } = options;
    const wanted = [...this.versions.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0)).sort(compareKeys);
    const all = wanted.map((key) => stateAt(this.versions.get(key) ?? [], revision)).filter((value) => value !== undefined);
    const items = all.slice(0, options.limit || undefined);
    return { revision, items, more: items.length < all.length, remaining: all.length - items.length };
  }

  async history(after: number, options: { limit?: number; signal?: AbortSignal } = {}): Promise<HistoryPage> {
    options.signal?.throwIfAborted();
    this.readable(after);
    const entries: LogEntry[] = [];
    let bytes = 0;
    const first = this.log.findIndex((entry) => entry.revision > after);
    for (const entry of first < 0 ? [] : this.log.slice(first, first + (options.limit || DEFAULT_HISTORY_LIMIT))) {
      if (bytes > HISTORY_BYTES) break;
      entries.push(entry);
      bytes += entry.value.length;
    }
    return { entries, revision: this.revision };
  }

  async currentRevision(options?: { signal?: AbortSignal }): Promise<number> {
    options?.signal?.throwIfAborted();
    return this.revision;
  }

  compact(revision: number): void {
    if (revision > this.revision) throw new StorageError('future', `revision ${revision} is not there yet`);
    if (revision <= this.compacted) return;
    this.compacted = revision;
    this.log = this.log.filter((entry) => entry.revision > revision);
    for (const [key, versions] of this.versions) {
      const kept = keptVersions(versions, revision);
      if (kept.length === 0) this.versions.delete(key);
      else this.versions.set(key, kept);
    }
  }

  async expire(): Promise<void> {
    const now = this.options.now?.() ?? Date.now();
    for (const [key, deadline] of this.deadlines) {
      const current = this.current(key);
      if (deadline <= now && current) await this.write([{ type: 'delete', key, expectedRevision: current.revision }]);
    }
  }

  private current(key: string): StoredValue | undefined {
    return stateAt(this.versions.get(key) ?? [], this.revision);
  }

  private isUnchanged(put: PutOperation): boolean {
    const current = this.current(put.key);
    return current !== undefined && current.schemaHash === put.schemaHash && Buffer.compare(current.value, put.value) === 0;
  }

  private append(change: PlannedChange, transactionLast: boolean): number {
    const { operation, type, previousObject } = change;
    const { key } = operation;
    const kind = resourceTypeOf(key);
    const state = operation.type === 'put' ? copied(operation) : this.current(key);
    if (!state) throw new Error(`a delete of ${key}, which is not there`);
    const revision = ++this.revision;
    const { value, spliceOffset, schemaHash } = state;
    const entry: LogEntry = { key, revision, value, spliceOffset, schemaHash, type, epoch: 1, previousKind: this.kinds.get(kind) ?? 0, previousObject, transactionLast };
    this.kinds.set(kind, revision);
    this.versions.set(key, [...(this.versions.get(key) ?? []), entry]);
    this.log.push(entry);
    this.setDeadline(operation);
    this.options.publish?.(entry);
    return revision;
  }

  private setDeadline(operation: WriteOperation): void {
    this.deadlines.delete(operation.key);
    if (operation.type !== 'put' || operation.ttlSeconds === undefined) return;
    this.deadlines.set(operation.key, (this.options.now?.() ?? Date.now()) + operation.ttlSeconds * 1000);
  }

  /** The revision to read at; refuses what is compacted or not there yet. */
  private readable(revision = this.revision): number {
    if (revision > this.revision) throw new StorageError('future', `revision ${revision} is above the newest, ${this.revision}`);
    if (revision < this.compacted) throw new StorageError('compacted', `revision ${revision} is below the oldest that is kept, ${this.compacted}`);
    return revision;
  }
}

/** The caller may reuse its buffer: what is stored is a copy. */
function copied(put: PutOperation): Pick<StoredValue, 'value' | 'spliceOffset' | 'schemaHash'> {
  return { value: Buffer.from(put.value), spliceOffset: put.spliceOffset, schemaHash: put.schemaHash };
}
