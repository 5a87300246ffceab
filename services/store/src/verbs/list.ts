import type { ListOptions, ListPage } from '@gantry/storage';
import { compareKeys, validatePrefix } from '@gantry/storage';
import type { Runner } from '../postgres/connection.js';
import { valueOf } from '../postgres/rows.js';
import type { KeyRange } from '../postgres/sql/read.js';
import { countRange, readRange } from '../postgres/sql/read.js';
import { isFound } from './get.js';
import { checkSnapshot } from './snapshot.js';

/** An exact snapshot of the keys with a prefix: one statement reads the items and the revision that they are of. */
export async function list(runner: Runner, prefix: string, options: Omit<ListOptions, 'signal'> = {}): Promise<ListPage> {
  validatePrefix(prefix);
  const limit = options.limit || undefined;
  const range = rangeOf(prefix, options);
  const rows = await readRange(runner, range, limit && limit + 1);
  const revision = options.revision ?? checkSnapshot(rows, undefined);
  checkSnapshot(rows, revision);
  const found = rows.filter(isFound).map(valueOf);
  const items = limit ? found.slice(0, limit) : found;
  const more = items.length < found.length;
  const remaining = more ? await count(runner, { ...range, after: items.at(-1)?.key ?? range.after, revision }) : 0;
  return { revision, items, more, remaining };
}

/** States at a revision never change, so that counting them in a second statement is exact as well. */
async function count(runner: Runner, range: KeyRange): Promise<number> {
  const rows = await countRange(runner, range);
  checkSnapshot(rows, range.revision);
  return Number(rows[0]?.count);
}

/** No key equals its prefix, and `0` is the byte behind `/`. */
function rangeOf(prefix: string, { after, revision }: Omit<ListOptions, 'signal'>): KeyRange {
  const start = after !== undefined && compareKeys(after, prefix) > 0 ? after : prefix;
  return { after: start, before: `${prefix.slice(0, -1)}0`, revision };
}
