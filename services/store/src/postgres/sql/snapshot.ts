import type pg from 'pg';
import { byteaArray, int4Array, int8Array, textArray } from '../arrays.js';
import type { Statement } from '../connection.js';
import { INCARNATION_JUMP, TIMELINE } from './meta.js';

/** A present state as a snapshot holds it. */
export interface PresentRow {
  readonly key: string;
  readonly revision: string;
  readonly ttl_ms: string;
  readonly splice_offset: number;
  readonly schema_hash: string;
  readonly value: Buffer;
}

/** What a snapshot says of the whole. */
export interface PresentMeta {
  readonly revision: string;
  readonly incarnation: string;
  readonly objects: string;
}

/** Rows at a time: each may be an object of the largest size. */
const PAGE = 32;

const plain = async <R extends pg.QueryResultRow>(client: pg.ClientBase, text: string, values: unknown[] = []): Promise<R[]> => (await client.query<R>(text, values)).rows;

/** Opens the one view of the database that all that follows is read in. */
export async function beginPicture(client: pg.ClientBase): Promise<PresentMeta> {
  await plain(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const [meta] = await plain<PresentMeta>(client, 'SELECT revision, incarnation, (SELECT count(*) FROM gantry.current) AS objects FROM gantry.meta');
  if (!meta) throw new Error('the database has lost its meta row');
  return meta;
}

/** Every present state, in the order of the keys, a few at a time. */
export async function* readPicture(client: pg.ClientBase): AsyncGenerator<PresentRow> {
  await plain(
    client,
    `DECLARE picture NO SCROLL CURSOR FOR
     SELECT c.key, c.revision, CASE WHEN c.expires_at = 0 THEN 0 ELSE greatest(1, c.expires_at - m.lease_clock) END AS ttl_ms, l.splice_offset, l.schema_hash, l.value
     FROM gantry.current c JOIN gantry.log l ON l.revision = c.revision CROSS JOIN gantry.meta m ORDER BY c.key`,
  );
  for (;;) {
    const rows = await plain<PresentRow>(client, `FETCH ${PAGE} FROM picture`);
    yield* rows;
    if (rows.length < PAGE) return;
  }
}

/** One object that waits beside the state until all of them are there. */
export interface WaitingRow {
  readonly key: string;
  readonly ttlMs: number;
  readonly spliceOffset: number;
  readonly schemaHash: string;
  readonly digest: string;
  readonly value: Uint8Array;
}

/** The transaction of a restore: until it commits nothing of the state has changed, and whatever ends it leaves nothing. */
export async function beginRestore(client: pg.ClientBase): Promise<void> {
  await plain(client, 'BEGIN');
  await plain(
    client,
    `CREATE TEMPORARY TABLE restoring (
       place bigint NOT NULL, key text COLLATE "C" PRIMARY KEY, ttl_ms bigint NOT NULL, splice_offset integer NOT NULL, schema_hash text NOT NULL, digest text NOT NULL, value bytea STORAGE EXTERNAL NOT NULL
     ) ON COMMIT DROP`,
  );
}

const WAIT: Statement = {
  name: 'restore-wait',
  text: 'INSERT INTO restoring SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::integer[], $5::text[], $6::text[], $7::bytea[])',
};

/** `before` objects wait already. */
export async function addWaiting(client: pg.ClientBase, before: number, rows: readonly WaitingRow[]): Promise<void> {
  const values = [
    int8Array(rows.map((_, index) => before + index + 1)),
    textArray(rows.map((row) => row.key)),
    int8Array(rows.map((row) => row.ttlMs)),
    int4Array(rows.map((row) => row.spliceOffset)),
    textArray(rows.map((row) => row.schemaHash)),
    textArray(rows.map((row) => row.digest)),
    byteaArray(rows.map((row) => row.value)),
  ];
  await client.query({ ...WAIT, values });
}

/**
 * Puts what waits in the place of the whole state, at revisions that nobody has seen, and ends the right of every leader to commit. Takes the
 * same lock first that every commit takes. `revision` is the snapshot's.
 */
export async function replaceState(client: pg.ClientBase, revision: number): Promise<{ revision: number; incarnation: string }> {
  await plain(client, `SET LOCAL lock_timeout = '60s'`);
  const [base] = await plain<{ base: string }>(client, `SELECT greatest(revision, $1::bigint) + ${INCARNATION_JUMP} AS base FROM gantry.meta FOR UPDATE`, [revision]);
  const values = [base?.base];
  await plain(client, 'DELETE FROM gantry.current');
  await plain(client, 'DELETE FROM gantry.log');
  await plain(client, 'DELETE FROM gantry.resource_type');
  await plain(
    client,
    `INSERT INTO gantry.log (revision, epoch, previous_kind, previous_object, splice_offset, transaction_last, type, key, schema_hash, value)
     SELECT $1::bigint + place, m.epoch + 1, 0, 0, r.splice_offset, true, 'ADDED', r.key, r.schema_hash, r.value FROM restoring r CROSS JOIN gantry.meta m`,
    values,
  );
  await plain(
    client,
    `INSERT INTO gantry.current (key, revision, expires_at, digest)
     SELECT key, $1::bigint + place, CASE WHEN ttl_ms = 0 THEN 0 ELSE m.lease_clock + ttl_ms END, digest FROM restoring CROSS JOIN gantry.meta m`,
    values,
  );
  await plain(client, `INSERT INTO gantry.resource_type (name, revision) SELECT split_part(key, '/', 1) || '/' || split_part(key, '/', 2), $1::bigint + max(place) FROM restoring GROUP BY 1`, values);
  const [meta] = await plain<{ revision: string; incarnation: string }>(
    client,
    `WITH restored AS (SELECT $1::bigint + count(*) AS revision FROM restoring)
     UPDATE gantry.meta m SET epoch = epoch + 1, revision = r.revision, compacted = r.revision, swept = r.revision, incarnation = gen_random_uuid(), timeline = ${TIMELINE}
     FROM restored r RETURNING m.revision, m.incarnation`,
    values,
  );
  if (!meta || !Number.isSafeInteger(Number(meta.revision))) throw new Error('the revisions of this database have come to their end');
  return { revision: Number(meta.revision), incarnation: meta.incarnation };
}

export async function commitRestore(client: pg.ClientBase): Promise<void> {
  await plain(client, 'COMMIT');
  // What was replaced is dead weight until then; a failure is the automatic vacuum's to make good.
  await plain(client, 'VACUUM (ANALYZE) gantry.log, gantry.current').catch(() => undefined);
}
