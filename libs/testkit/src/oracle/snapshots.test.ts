import { expect, it } from 'vitest';
import type { LogRow } from './log-copy.js';
import { checkSnapshots, type Snapshot } from './snapshots.js';
import { Truth } from './truth.js';

const PREFIX = 'core/configmaps/default/';
const row = (revision: number, name: string, type = 'ADDED', transactionLast = true): LogRow => ({
  revision, epoch: 1, key: PREFIX + name, type, previousObject: 0, previousKind: 0, transactionLast, value: Buffer.from(JSON.stringify({ metadata: { labels: { of: name } }, data: { op: `o${revision}` } })),
});
const truth = new Truth([row(1, 'a'), row(2, 'b'), row(3, 'a', 'MODIFIED'), row(4, 'b', 'DELETED', false), row(5, 'c')], PREFIX);
const item = (name: string, revision: number, operation = `o${revision}`): Snapshot['items'][number] => ({ key: PREFIX + name, revision, operation });
const list = (revision: number, items: Snapshot['items'], over: Partial<Snapshot> = {}): Snapshot => ({ client: 'c', asked: 'GET', pageRevisions: [revision], items, invoked: 0, completed: 1, ...over });

it.each<[string, Snapshot, string | undefined]>([
  ['of everything', list(2, [item('a', 1), item('b', 2)]), undefined],
  ['of several pages', list(3, [item('a', 3), item('b', 2)], { pageRevisions: [3, 3] }), undefined],
  ['of what has a label', list(3, [item('b', 2)], { labels: { of: 'b' } }), undefined],
  ['whose pages are of two revisions', list(3, [item('a', 3), item('b', 2)], { pageRevisions: [3, 5] }), 'its pages are of revisions 3, 5'],
  ['whose items are older than it says', list(3, [item('a', 1), item('b', 2)]), 'is shown at revision 1 and is at 3'],
  ['that lacks one', list(2, [item('a', 1)]), 'b exists and is not shown'],
  ['that shows what is gone', list(5, [item('a', 3), item('b', 2), item('c', 5)]), 'b is shown and does not exist'],
  ['in another order', list(2, [item('b', 2), item('a', 1)]), 'a stands behind'],
  ['with one twice', list(2, [item('a', 1), item('a', 1), item('b', 2)]), 'is there twice'],
  ['with the bytes of another write', list(2, [item('a', 1, 'o9'), item('b', 2)]), 'is shown as o9 wrote it'],
  ['in the middle of a write', list(4, [item('a', 3)]), 'in the middle of a write'],
  ['in the middle of a write, which was asked for', list(4, [item('a', 3)], { isOfHistory: true }), undefined],
  ['of the future', list(9, [item('a', 3), item('c', 5)]), 'the newest revision is 5'],
])('a list %s', (_what, snapshot, problem) => {
  expect(checkSnapshots([snapshot], truth)).toEqual(problem === undefined ? [] : [expect.objectContaining({ invariant: 5, evidence: ['c GET', expect.stringContaining(problem)] })]);
});
