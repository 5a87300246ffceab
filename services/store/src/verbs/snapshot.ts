import { StorageError } from '@gantry/storage';
import type { SnapshotRow } from '../postgres/sql/read.js';

/** The newest revision of the snapshot that the rows come from. Refuses a revision that it does not have, or not any more. */
export function checkSnapshot(rows: readonly SnapshotRow[], revision: number | undefined): number {
  const [row] = rows;
  if (!row) throw new Error('the database has lost its meta row');
  const newest = Number(row.newest);
  const compacted = Number(row.compacted);
  if (revision !== undefined && revision > newest) throw new StorageError('future', `revision ${revision} is above the newest, ${newest}`);
  if (revision !== undefined && revision < compacted) throw new StorageError('compacted', `revision ${revision} is below the oldest that is kept, ${compacted}`);
  return newest;
}
