import type { LogEntry } from '@gantry/storage';
import { boolArray, byteaArray, int4Array, int8Array, textArray } from '../arrays.js';
import type { Runner, Statement } from '../connection.js';

/** Where a key points after a batch. */
export interface Pointer {
  readonly key: string;
  readonly revision: number;
  readonly digest: string;
  /** On the lease clock, 0 for never. */
  readonly expiresAt: number;
}

/** All that one commit changes. */
export interface Append {
  readonly epoch: number;
  /** `meta.revision` before and after. */
  readonly base: number;
  readonly revision: number;
  /** The lease clock at the batch. */
  readonly leaseClock: number;
  readonly entries: readonly LogEntry[];
  readonly pointers: readonly Pointer[];
  readonly removedKeys: readonly string[];
  readonly resourceTypes: ReadonlyMap<string, number>;
}

/**
 * One statement is one transaction and one round trip. Its first step locks the `meta` row and checks epoch and revision;
 * every other step joins it, so that a leader that was replaced changes nothing. Under that lock nobody else can have
 * changed what the statement's snapshot shows, since whoever did would have moved the revision.
 */
const APPEND: Statement = {
  name: 'append',
  text: `
    WITH fence AS (
      UPDATE gantry.meta SET revision = $3::bigint, lease_clock = greatest(lease_clock, $20::bigint) WHERE epoch = $1::bigint AND revision = $2::bigint RETURNING revision
    ), appended AS (
      INSERT INTO gantry.log (revision, epoch, previous_kind, previous_object, splice_offset, transaction_last, type, key, schema_hash, value)
      SELECT e.revision, $1::bigint, e.previous_kind, e.previous_object, e.splice_offset, e.transaction_last, e.type, e.key, e.schema_hash, e.value
      FROM fence CROSS JOIN unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::integer[], $8::boolean[], $9::text[], $10::text[], $11::text[], $12::bytea[])
        AS e (revision, previous_kind, previous_object, splice_offset, transaction_last, type, key, schema_hash, value)
    ), pointed AS (
      INSERT INTO gantry.current (key, revision, expires_at, digest)
      SELECT p.key, p.revision, p.expires_at, p.digest
      FROM fence CROSS JOIN unnest($13::text[], $14::bigint[], $15::bigint[], $16::text[]) AS p (key, revision, expires_at, digest)
      ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, expires_at = excluded.expires_at, digest = excluded.digest
    ), removed AS (
      DELETE FROM gantry.current c USING fence WHERE c.key = ANY ($17::text[])
    ), typed AS (
      INSERT INTO gantry.resource_type (name, revision)
      SELECT t.name, t.revision FROM fence CROSS JOIN unnest($18::text[], $19::bigint[]) AS t (name, revision)
      ON CONFLICT (name) DO UPDATE SET revision = excluded.revision
    )
    SELECT revision FROM fence`,
};

/** False when another leader has taken over: nothing was written. Once it resolves with true the batch is durable. */
export async function append(runner: Runner, batch: Append): Promise<boolean> {
  const { rowCount } = await runner.query({ ...APPEND, values: valuesOf(batch) });
  return rowCount === 1;
}

function valuesOf({ epoch, base, revision, leaseClock, entries, pointers, removedKeys, resourceTypes }: Append): unknown[] {
  return [
    epoch,
    base,
    revision,
    int8Array(entries.map((entry) => entry.revision)),
    int8Array(entries.map((entry) => entry.previousKind)),
    int8Array(entries.map((entry) => entry.previousObject)),
    int4Array(entries.map((entry) => entry.spliceOffset)),
    boolArray(entries.map((entry) => entry.transactionLast)),
    textArray(entries.map((entry) => entry.type)),
    textArray(entries.map((entry) => entry.key)),
    textArray(entries.map((entry) => entry.schemaHash)),
    byteaArray(entries.map((entry) => entry.value)),
    textArray(pointers.map((pointer) => pointer.key)),
    int8Array(pointers.map((pointer) => pointer.revision)),
    int8Array(pointers.map((pointer) => pointer.expiresAt)),
    textArray(pointers.map((pointer) => pointer.digest)),
    textArray(removedKeys),
    textArray([...resourceTypes.keys()]),
    int8Array([...resourceTypes.values()]),
    leaseClock,
  ];
}
