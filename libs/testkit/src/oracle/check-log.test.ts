import { expect, it } from 'vitest';
import { checkLog } from './check-log.js';
import type { LogRow } from './log-copy.js';

const row = (revision: number, over: Partial<LogRow> = {}): LogRow => ({ revision, epoch: 1, key: 'core/pods/ns/a', type: revision === 1 ? 'ADDED' : 'MODIFIED', previousObject: revision - 1, previousKind: revision - 1, transactionLast: true, value: Buffer.from('{}'), ...over });

it.each<[string, LogRow[], number]>([
  ['whole', [row(1), row(2), row(3)], 0],
  ['with a hole', [row(1), row(3, { previousObject: 1, previousKind: 1 })], 1],
  ['with a revision twice', [row(1), row(1, { type: 'MODIFIED', previousObject: 1, previousKind: 1 })], 1],
  ['written on by a leader whose term was over', [row(1, { epoch: 2 }), row(2)], 1],
  ['that names another state before', [row(1), row(2, { previousObject: 0 })], 1],
  ['that names another revision of its kind', [row(1), row(2, { previousKind: 0 })], 1],
  ['that adds what was there', [row(1), row(2, { type: 'ADDED' })], 1],
])('a log %s', (_what, rows, count) => {
  expect(checkLog(rows).map(({ invariant }) => invariant)).toEqual(Array.from({ length: count }, () => 3));
});
