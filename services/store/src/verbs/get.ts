import type { StoredValue } from '@gantry/storage';
import { validateKey } from '@gantry/storage';
import type { Runner } from '../postgres/connection.js';
import type { ValueRow } from '../postgres/rows.js';
import { valueOf } from '../postgres/rows.js';
import type { OptionalRow } from '../postgres/sql/read.js';
import { readValue } from '../postgres/sql/read.js';
import { checkSnapshot } from './snapshot.js';

/** A key's state, now or at a revision. */
export async function get(runner: Runner, key: string, revision?: number): Promise<{ revision: number; value: StoredValue | undefined }> {
  validateKey(key);
  const rows = await readValue(runner, key, revision);
  const newest = checkSnapshot(rows, revision);
  return { revision: revision ?? newest, value: rows.filter(isFound).map(valueOf)[0] };
}

/** False for the row that only carries `meta`. */
export function isFound<R extends ValueRow>(row: OptionalRow<R>): row is OptionalRow<R> & R {
  return row.key !== null;
}
