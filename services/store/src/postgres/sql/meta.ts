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
}

interface MetaRow {
  readonly epoch: string;
  readonly revision: string;
  readonly compacted: string;
  readonly swept: string;
}

const READ: Statement = { name: 'meta', text: 'SELECT epoch, revision, compacted, swept FROM gantry.meta' };
const TAKE_OVER: Statement = { name: 'take-over', text: 'UPDATE gantry.meta SET epoch = epoch + 1 RETURNING epoch, revision, compacted, swept' };

export async function readMeta(runner: Runner): Promise<Meta> {
  return metaOf((await runner.query<MetaRow>({ ...READ, values: [] })).rows[0]);
}

/** Ends the right of every earlier leader to commit. */
export async function takeOver(runner: Runner): Promise<Meta> {
  return metaOf((await runner.query<MetaRow>({ ...TAKE_OVER, values: [] })).rows[0]);
}

function metaOf(row: MetaRow | undefined): Meta {
  if (!row) throw new Error('the database has lost its meta row');
  return { epoch: Number(row.epoch), revision: Number(row.revision), compacted: Number(row.compacted), swept: Number(row.swept) };
}
