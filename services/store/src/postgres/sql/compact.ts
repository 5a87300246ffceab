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

const SWEPT: Statement = { name: 'compact-swept', text: 'UPDATE gantry.meta SET swept = greatest(swept, $1::bigint)' };

/** Makes reads below `revision` fail; nothing is removed yet. */
export async function raiseCompacted(runner: Runner, epoch: number, revision: number): Promise<void> {
  await runner.query({ ...RAISE, values: [epoch, revision] });
}

/** Removes what revisions above `from` up to `to` made superfluous, and remembers that. `to` is at most `meta.compacted`. */
export async function sweep(runner: Runner, from: number, to: number): Promise<void> {
  await runner.query({ ...SWEEP, values: [from, to] });
  await runner.query({ ...SWEPT, values: [to] });
}
