/**
 * The storage interface: what `store` offers and `api` uses. Values are opaque bytes; everything that a reader needs
 * besides them travels beside them.
 *
 * Keys are `<group>/<resource>/<namespace>/<name>`: the core group is `core`, a cluster-scoped object has the
 * namespace `_`. Keys are ordered by their UTF-8 bytes. Revisions are dense integers from 1 to below 2^53; every
 * revision is one operation on one key.
 */

/** The bytes of one object as `api` encoded them (JSON without `metadata.resourceVersion`), and how to read them. */
export interface EncodedValue {
  readonly value: Uint8Array;
  /** Byte offset in `value` at which `"resourceVersion":"<revision>",` is to be inserted: right after `"metadata":{`. */
  readonly spliceOffset: number;
  /** Hash of the schema that wrote the value: equal to the reader's means that the bytes can be served as they are. */
  readonly schemaHash: string;
}

/** One key's state at some revision. */
export interface StoredValue extends EncodedValue {
  readonly key: string;
  /** The revision that wrote this value: the object's `resourceVersion`. */
  readonly revision: number;
}

export interface PutOperation extends EncodedValue {
  readonly type: 'put';
  readonly key: string;
  /** The revision that the key must have; 0: it must not exist. */
  readonly expectedRevision: number;
  /** Seconds after which the leader deletes the key as an ordinary delete, renewed by every put that writes. */
  readonly ttlSeconds?: number;
}

export interface DeleteOperation {
  readonly type: 'delete';
  readonly key: string;
  readonly expectedRevision: number;
}

/** Writes nothing and takes no revision: the write is refused unless the key has this revision. What a write rests on cannot change under it. */
export interface CheckOperation {
  readonly type: 'check';
  readonly key: string;
  /** 0: the key must not exist. */
  readonly expectedRevision: number;
}

export type WriteOperation = PutOperation | DeleteOperation | CheckOperation;

/**
 * A write is all or nothing and names a key at most once. `revisions[i]` is the revision of operation i; a put whose bytes
 * and schema equal the current ones writes nothing and has the old revision. A refused write names the first operation whose key had another revision than
 * expected, and that key's current state (undefined: it does not exist).
 */
export type WriteOutcome =
  | { readonly ok: true; readonly revisions: readonly number[] }
  | { readonly ok: false; readonly failedOperation: number; readonly current: StoredValue | undefined };

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One committed revision, as it is in the log and on the watch stream. A delete carries the key's last state. */
export interface LogEntry extends StoredValue {
  readonly type: ChangeType;
  readonly epoch: number;
  /** Revision of the previous change of the same resource type (`<group>/<resource>`), 0 when there was none. */
  readonly previousKind: number;
  /** Revision of the key's state just before this change, 0 when the key did not exist. */
  readonly previousObject: number;
  /** True on the last operation of its write: lists show list revisions only at such boundaries. */
  readonly transactionLast: boolean;
}

export interface ListOptions {
  /** Read as of this revision; unset: the newest committed. */
  readonly revision?: number;
  readonly limit?: number;
  /** Only keys after this one. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

export interface ListPage {
  /** The revision at which the page is an exact snapshot. */
  readonly revision: number;
  readonly items: readonly StoredValue[];
  /** True when more keys with the prefix follow the last item. */
  readonly more: boolean;
  /** How many keys follow the last item; 0 when `more` is false. */
  readonly remaining: number;
}

export interface HistoryPage {
  readonly entries: readonly LogEntry[];
  /** The newest committed revision when the page was read. */
  readonly revision: number;
}

/**
 * Errors: `StorageError` with a code. `compacted` (the revision is gone), `future` (beyond the newest), `unavailable`
 * (nothing was written, try again), `ambiguous` (the write may or may not have been committed: never retry blindly).
 */
export interface Storage {
  write(operations: readonly WriteOperation[], options?: { signal?: AbortSignal }): Promise<WriteOutcome>;
  get(key: string, options?: { revision?: number; signal?: AbortSignal }): Promise<{ revision: number; value: StoredValue | undefined }>;
  /** All keys that begin with `prefix` (which ends in `/`), in order of their bytes. */
  list(prefix: string, options?: ListOptions): Promise<ListPage>;
  /** Entries with a revision above `after`, in order, at most `limit` (default 500) and about 4 MiB. */
  history(after: number, options?: { limit?: number; signal?: AbortSignal }): Promise<HistoryPage>;
  /** `meta.rev`, read on the Postgres primary after the call began: the only source of freshness. */
  currentRevision(options?: { signal?: AbortSignal }): Promise<number>;
}

export type StorageErrorCode = 'compacted' | 'future' | 'unavailable' | 'ambiguous';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
