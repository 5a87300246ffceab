import { Recorder, Truth, type LogRow } from '@gantry/testkit';
import { describe, expect, it } from 'vitest';
import { COUNTER, keyOf, PREFIX } from '../workload/objects.js';
import type { Notes } from '../workload/session.js';
import { judge } from './judge.js';

function rowsOf(...changes: readonly { name: string; operation: string; count?: number }[]): LogRow[] {
  const last = new Map<string, number>();
  return changes.map(({ name, operation, count }, index) => {
    const key = keyOf(name);
    const previousObject = last.get(key) ?? 0;
    last.set(key, index + 1);
    const value = Buffer.from(JSON.stringify({ metadata: { uid: name }, data: { op: operation, ...(count === undefined ? {} : { count: String(count) }) } }));
    return { revision: index + 1, epoch: 1, key, type: previousObject === 0 ? 'ADDED' : 'MODIFIED', previousObject, previousKind: index, transactionLast: true, value };
  });
}

/** What a client wrote, one after another, as it was told. */
function recorded(rows: readonly LogRow[]): Recorder {
  let now = 0;
  const recorder = new Recorder('o', () => (now += 1));
  for (const { key, revision, previousObject } of rows) recorder.invoke({ client: 'c', key, kind: previousObject === 0 ? 'create' : 'update', ...(previousObject === 0 ? {} : { expected: previousObject }) }).ok({ revision });
  return recorder;
}

const rows = rowsOf({ name: 'a', operation: 'o-1' }, { name: COUNTER, operation: 'o-2', count: 0 }, { name: COUNTER, operation: 'o-3', count: 1 }, { name: 'a', operation: 'o-4' });
const notes = (over: Partial<Notes> = {}): Notes => ({ recorder: recorded(rows), staleReads: [], lists: [], watches: [], expiries: [], answers: new Map(), ...over });
const truth = new Truth(rows, PREFIX, [{ revision: 3, at: 10_000 }]);
const found = (over: Partial<Notes>): number[] => judge(notes(over), rows, truth).map(({ invariant }) => invariant);

describe('the judge', () => {
  it('finds nothing where everything is as it was told', () => {
    expect(judge(notes(), rows, truth)).toEqual([]);
  });

  it('takes an old state only where an old one was asked for', () => {
    const read = { client: 'c', key: keyOf('a'), revision: 1 };
    expect([found({ staleReads: [{ ...read, minimum: 3 }] }), found({ staleReads: [{ ...read, minimum: 4 }] }), found({ staleReads: [{ ...read, revision: 2, minimum: 0 }] })]).toEqual([[], [4], [4]]);
  });

  it('takes "too old" only for what was given up by then', () => {
    const expiry = { client: 'c', what: 'GET', revision: 2, at: 10_000 };
    expect([found({ expiries: [expiry] }), found({ expiries: [{ ...expiry, revision: 3 }] }), found({ expiries: [{ ...expiry, at: 5_000 }] })]).toEqual([[], [8], [8]]);
  });

  it('holds a list against what was asked of its revision', () => {
    const items = [{ key: keyOf('a'), revision: 1, operation: 'o-1' }];
    const snapshot = { client: 'c', asked: 'GET', pageRevisions: [1], items, invoked: 100, completed: 101 };
    expect([found({ lists: [{ snapshot, least: 1 }] }), found({ lists: [{ snapshot, least: 2 }] }), found({ lists: [{ snapshot, least: 0, exact: 2 }] }), found({ lists: [{ snapshot, least: 'newest' }] })]).toEqual([[], [4], [5], [2]]);
  });

  it('counts with the counter', () => {
    const lost = rowsOf({ name: COUNTER, operation: 'o-1', count: 0 }, { name: COUNTER, operation: 'o-2', count: 0 });
    expect(judge(notes({ recorder: recorded(lost) }), lost, new Truth(lost, PREFIX))).toMatchObject([{ invariant: 12, what: 'the counter went from 0 to 0' }]);
  });
});
