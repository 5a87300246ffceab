import type { Runner, Statement } from '../connection.js';
import type { ValueRow } from '../rows.js';
import { VALUE_COLUMNS } from '../rows.js';

/** `meta` as the same snapshot shows it, in every row; the other columns are NULL when nothing was found. */
export interface SnapshotRow {
  readonly newest: string;
  readonly compacted: string;
}

export type OptionalRow<R> = SnapshotRow & (R | { readonly [column in keyof R]: null });

const GET: Statement = {
  name: 'get',
  text: `
    SELECT m.revision AS newest, m.compacted, ${VALUE_COLUMNS}
    FROM gantry.meta m LEFT JOIN gantry.current c ON c.key = $1 LEFT JOIN gantry.log l ON l.revision = c.revision`,
};

const GET_AT: Statement = {
  name: 'get-at',
  text: `
    SELECT m.revision AS newest, m.compacted, l.*
    FROM gantry.meta m LEFT JOIN LATERAL (
      SELECT ${VALUE_COLUMNS}, l.type FROM gantry.log l WHERE l.key = $1 AND l.revision <= $2::bigint ORDER BY l.revision DESC LIMIT 1
    ) l ON l.type <> 'DELETED'`,
};

/**
 * The states at revision $3 of the first keys between $1 and $2: the present ones that are not newer, and for every key that
 * changed since, the state that its first later change replaced. Each half stops early at the limit.
 */
const statesAt = (limit: string) => `
  (SELECT c.key, c.revision FROM gantry.current c
   WHERE c.key > $1 AND c.key < $2 AND c.revision <= coalesce($3::bigint, m.revision) ORDER BY c.key LIMIT ${limit})
  UNION ALL
  (SELECT f.key, f.previous_object FROM (
    SELECT DISTINCT ON (l.key) l.key, l.previous_object FROM gantry.log l
    WHERE l.key > $1 AND l.key < $2 AND l.revision > coalesce($3::bigint, m.revision) ORDER BY l.key, l.revision
  ) f WHERE f.previous_object > 0 ORDER BY f.key LIMIT ${limit})`;

const LIST: Statement = {
  name: 'list',
  text: `
    SELECT m.revision AS newest, m.compacted, i.*
    FROM gantry.meta m LEFT JOIN LATERAL (
      SELECT ${VALUE_COLUMNS} FROM (SELECT s.key, s.revision FROM (${statesAt('$4::bigint')}) s ORDER BY s.key LIMIT $4::bigint) s JOIN gantry.log l ON l.revision = s.revision
    ) i ON true ORDER BY i.key`,
};

const COUNT: Statement = {
  name: 'count',
  text: `SELECT m.revision AS newest, m.compacted, (SELECT count(*) FROM (${statesAt('ALL')}) s) AS count FROM gantry.meta m`,
};

/** Bounds, exclusive at both ends, and the revision to read at. */
export interface KeyRange {
  readonly after: string;
  readonly before: string;
  readonly revision: number | undefined;
}

export async function readValue(runner: Runner, key: string, revision: number | undefined): Promise<OptionalRow<ValueRow>[]> {
  const query = revision === undefined ? { ...GET, values: [key] } : { ...GET_AT, values: [key, revision] };
  return (await runner.query<OptionalRow<ValueRow>>(query)).rows;
}

export async function readRange(runner: Runner, range: KeyRange, limit: number | undefined): Promise<OptionalRow<ValueRow>[]> {
  return (await runner.query<OptionalRow<ValueRow>>({ ...LIST, values: [range.after, range.before, range.revision ?? null, limit ?? null] })).rows;
}

export async function countRange(runner: Runner, range: KeyRange): Promise<(SnapshotRow & { readonly count: string })[]> {
  return (await runner.query<SnapshotRow & { count: string }>({ ...COUNT, values: [range.after, range.before, range.revision ?? null] })).rows;
}
