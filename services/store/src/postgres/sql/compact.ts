import type { Runner, Statement } from '../connection.js';

const RAISE: Statement = {
  name: 'compact-raise',
  text: 'UPDATE gantry.meta SET compacted = $2::bigint WHERE epoch = $1::bigint AND compacted < $2::bigint AND revision >= $2::bigint',
};

/** What the entries of a range replaced, and the tombstones among them: no read at the end of the range or later needs those. */
const SWEEP: Statement = {
  name: 'compact-sweep',
  text: `
    DELETE FROM gantry.log WHERE revision IN (
      SELECT previous_object FROM gantry.log WHERE revision > $1::bigint AND revision <= $2::bigint AND previous_object > 0
      UNION ALL
      SELECT revision FROM gantry.log WHERE revision > $1::bigint AND revision <= $2::bigint AND type = 'DELETED'
    )`,
};

/** Rows of the log that one statement sweeps. Counted in rows: between two incarnations there are billions of revisions and no rows. */
const STEP_ROWS = 2_000;

const END_OF_STEP: Statement = {
  name: 'compact-end-of-step',
  text: `
    SELECT CASE WHEN count(*) < ${STEP_ROWS} THEN $2::bigint ELSE max(revision) END AS revision
    FROM (SELECT revision FROM gantry.log WHERE revision > $1::bigint AND revision <= $2::bigint ORDER BY revision LIMIT ${STEP_ROWS}) s`,
};

/** Of one epoch: a leader that was replaced does not know what the log is now. */
const SWEPT: Statement = { name: 'compact-swept', text: 'UPDATE gantry.meta SET swept = greatest(swept, $2::bigint) WHERE epoch = $1::bigint AND compacted >= $2::bigint' };

/** Makes reads below `revision` fail; nothing is removed yet. */
export async function raiseCompacted(runner: Runner, epoch: number, revision: number): Promise<void> {
  await runner.query({ ...RAISE, values: [epoch, revision] });
}

/** Where the step that begins behind `from` ends: at `compacted` at the latest. */
export async function endOfStep(runner: Runner, from: number, compacted: number): Promise<number> {
  const { rows } = await runner.query<{ revision: string }>({ ...END_OF_STEP, values: [from, compacted] });
  return Number(rows[0]?.revision);
}

/** Removes what revisions above `from` up to `to` made superfluous. `to` is at most `meta.compacted`. */
export async function sweep(runner: Runner, from: number, to: number): Promise<void> {
  await runner.query({ ...SWEEP, values: [from, to] });
}

/** The next compaction need not look at revisions up to `to` again. */
export async function rememberSwept(runner: Runner, epoch: number, to: number): Promise<void> {
  await runner.query({ ...SWEPT, values: [epoch, to] });
}
