import type { Runner, Statement } from '../connection.js';

/** The one row that orders everything. */
export interface Meta {
  readonly epoch: number;
  /** The newest committed revision. */
  readonly revision: number;
  /** Reads below this revision are refused. */
  readonly compacted: number;
  /** Compaction has removed what it may up to here. */
  readonly swept: number;
  /** Changes whenever revisions that were issued may be missing from this database: it was promoted, copied or restored. */
  readonly incarnation: string;
  /** Milliseconds for which stores have led, as of the last commit or a little later. */
  readonly leaseClock: number;
}

type MetaRow = Record<'epoch' | 'revision' | 'compacted' | 'swept' | 'incarnation' | 'lease_clock', string>;

const COLUMNS = 'epoch, revision, compacted, swept, incarnation, lease_clock';

/**
 * How far the revisions of a new incarnation are from those of the one before: so many times 2^32, at random, that neither what was
 * lost with a former primary nor another restore of the same state has issued them. 2^53 holds some 16,000 incarnations.
 */
export const INCARNATION_JUMP = '((1 + floor(random() * 256))::bigint * 4294967296)';

/** Take-overs that may have been lost together with revisions. */
const LOST_EPOCHS = 1_000;

/**
 * The Postgres that a session speaks to: another one, or one that was promoted, has another text. The control file would name
 * the former timeline until the first checkpoint after a promotion.
 */
export const TIMELINE = `(SELECT system_identifier FROM pg_control_system())::text || '/' || ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint`;

const READ: Statement = { name: 'meta', text: `SELECT ${COLUMNS} FROM gantry.meta` };
const TAKE_OVER: Statement = {
  name: 'take-over',
  text: `
    WITH here AS (
      SELECT t.timeline, m.timeline <> t.timeline AS is_new, m.revision + ${INCARNATION_JUMP} AS first
      FROM gantry.meta m CROSS JOIN (SELECT ${TIMELINE} AS timeline) t
    )
    UPDATE gantry.meta SET
      epoch = epoch + CASE WHEN h.is_new THEN ${LOST_EPOCHS} ELSE 1 END,
      timeline = h.timeline,
      incarnation = CASE WHEN h.is_new THEN gen_random_uuid() ELSE incarnation END,
      revision = CASE WHEN h.is_new THEN h.first ELSE revision END,
      compacted = CASE WHEN h.is_new THEN h.first ELSE compacted END
    FROM here h RETURNING ${COLUMNS}`,
};
const SAVE_CLOCK: Statement = { name: 'save-clock', text: 'UPDATE gantry.meta SET lease_clock = greatest(lease_clock, $2::bigint) WHERE epoch = $1::bigint' };

export async function readMeta(runner: Runner): Promise<Meta> {
  return metaOf((await runner.query<MetaRow>({ ...READ, values: [] })).rows[0]);
}

/**
 * Ends the right of every earlier leader to commit. On a Postgres of another timeline than the last leader's it begins a new
 * incarnation: revisions jump and all history before is marked compacted.
 */
export async function takeOver(runner: Runner): Promise<Meta> {
  return metaOf((await runner.query<MetaRow>({ ...TAKE_OVER, values: [] })).rows[0]);
}

/** Remembers how long stores have led, where no commit has for a while. */
export async function saveLeaseClock(runner: Runner, epoch: number, leaseClock: number): Promise<void> {
  await runner.query({ ...SAVE_CLOCK, values: [epoch, leaseClock] });
}

function metaOf(row: MetaRow | undefined): Meta {
  if (!row) throw new Error('the database has lost its meta row');
  return {
    epoch: Number(row.epoch),
    revision: Number(row.revision),
    compacted: Number(row.compacted),
    swept: Number(row.swept),
    incarnation: row.incarnation,
    leaseClock: Number(row.lease_clock),
  };
}
