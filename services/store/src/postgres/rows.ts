import type { ChangeType, LogEntry, StoredValue } from '@gantry/storage';

/** A state as the statements return it: bigint comes as text. */
export interface ValueRow {
  readonly key: string;
  readonly revision: string;
  readonly splice_offset: number;
  readonly schema_hash: string;
  readonly value: Buffer;
}

export interface EntryRow extends ValueRow {
  readonly type: ChangeType;
  readonly epoch: string;
  readonly previous_kind: string;
  readonly previous_object: string;
  readonly transaction_last: boolean;
}

/** The columns of `ValueRow`, from the log. */
export const VALUE_COLUMNS = 'l.key, l.revision, l.splice_offset, l.schema_hash, l.value';
/** The columns of `EntryRow`, from the log. */
export const ENTRY_COLUMNS = `${VALUE_COLUMNS}, l.type, l.epoch, l.previous_kind, l.previous_object, l.transaction_last`;

export function valueOf(row: ValueRow): StoredValue {
  return { key: row.key, revision: Number(row.revision), spliceOffset: row.splice_offset, schemaHash: row.schema_hash, value: row.value };
}

export function entryOf(row: EntryRow): LogEntry {
  return {
    ...valueOf(row),
    type: row.type,
    epoch: Number(row.epoch),
    previousKind: Number(row.previous_kind),
    previousObject: Number(row.previous_object),
    transactionLast: row.transaction_last,
  };
}
