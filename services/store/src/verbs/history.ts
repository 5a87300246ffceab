import type { HistoryPage } from '@gantry/storage';
import type { Runner } from '../postgres/connection.js';
import { entryOf } from '../postgres/rows.js';
import { readHistory } from '../postgres/sql/history.js';
import { isFound } from './get.js';
import { checkSnapshot } from './snapshot.js';

const DEFAULT_LIMIT = 500;

/** The entries above a revision, in order: all of them or, at a limit, the first ones. */
export async function history(runner: Runner, after: number, limit?: number): Promise<HistoryPage> {
  const rows = await readHistory(runner, after, limit || DEFAULT_LIMIT);
  const revision = checkSnapshot(rows, after);
  return { revision, entries: rows.filter(isFound).map(entryOf) };
}
