import { describe, expect, it } from 'vitest';
import type { LogRow } from '../oracle/log-copy.js';
import { Truth } from '../oracle/truth.js';
import { Random } from '../random.js';
import { checkWatch, expectedEvents, type Watched, type WatchRecord } from './validate.js';

const PREFIX = 'core/configmaps/default/';

/** Rows of objects `name` with labels; `undefined` removes. */
function rowsOf(changes: readonly [name: string, labels: Record<string, string> | undefined][]): LogRow[] {
  const last = new Map<string, { revision: number; value: Uint8Array }>();
  return changes.map(([name, labels], index) => {
    const revision = index + 1;
    const before = last.get(name);
    const value = labels === undefined ? before!.value : Buffer.from(JSON.stringify({ metadata: { name, labels }, data: { op: `o${revision}` } }));
    if (labels === undefined) last.delete(name);
    else last.set(name, { revision, value });
    return { revision, epoch: 1, key: `${PREFIX}${name}`, type: labels === undefined ? 'DELETED' : before ? 'MODIFIED' : 'ADDED', previousObject: before?.revision ?? 0, previousKind: revision - 1, transactionLast: true, value };
  });
}

const truth = new Truth(rowsOf([['a', { on: 'yes' }], ['b', { on: 'no' }], ['a', { on: 'no' }], ['b', { on: 'yes' }], ['a', undefined], ['b', undefined]]), PREFIX);
const event = (type: Watched['type'], revision: number, name = '', operation?: string): Watched => ({ type, revision, key: name && PREFIX + name, by: 'api#1', ...(operation === undefined ? {} : { operation }) });
const record = (events: Watched[], over: Partial<WatchRecord> = {}): WatchRecord => ({ client: 'w', start: 0, labels: {}, events, isComplete: false, ...over });
const [A1, B2, A3] = [event('ADDED', 1, 'a', 'o1'), event('ADDED', 2, 'b', 'o2'), event('MODIFIED', 3, 'a', 'o3')];

describe('a watch', () => {
  it.each<[string, WatchRecord, number[]]>([
    ['that shows everything', record([A1, B2, event('BOOKMARK', 2), A3]), []],
    ['that begins in the middle', record([event('MODIFIED', 4, 'b', 'o4')], { start: 3 }), []],
    ['that leaves one out', record([A1, A3]), [7]],
    ['that shows one twice', record([A1, A1]), [6]],
    ['that goes back', record([A1, B2, A1]), [6]],
    ['whose bookmark is ahead of an event', record([A1, event('BOOKMARK', 2)]), [9]],
    ['whose bookmark is beyond everything', record([A1, B2, A3, event('MODIFIED', 4, 'b', 'o4'), event('DELETED', 5, 'a', 'o3'), event('DELETED', 6, 'b', 'o4'), event('BOOKMARK', 7)]), [9]],
    ['whose bookmark goes back', record([A1, B2, event('BOOKMARK', 1)]), [4]],
    ['that shows the bytes of another write', record([event('ADDED', 1, 'a', 'o9')]), [20]],
    ['that is still open and lacks the tail', record([A1, B2, A3], { isComplete: true }), [7]],
    ['with a selector, of objects that enter and leave', record([A1, event('DELETED', 3, 'a', 'o1'), event('ADDED', 4, 'b', 'o4'), event('DELETED', 6, 'b', 'o4')], { labels: { on: 'yes' }, isComplete: true }), []],
    ['with a selector, that calls leaving a change', record([A1, A3], { labels: { on: 'yes' } }), [11]],
    ['with a selector, that says nothing of leaving', record([A1, event('ADDED', 4, 'b', 'o4')], { labels: { on: 'yes' } }), [7]],
  ])('%s', (_what, watched, invariants) => {
    expect(checkWatch(watched, truth).map(({ invariant }) => invariant)).toEqual(invariants);
  });
});

it('what a selector watch must show, applied in order, is what a list with that selector shows, at every revision', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const random = new Random(seed);
    const exists = new Set<string>();
    const changes = Array.from({ length: 60 }, (): [string, Record<string, string> | undefined] => {
      const name = `n${random.below(5)}`;
      if (exists.has(name) && random.chance(0.3)) return exists.delete(name), [name, undefined];
      exists.add(name);
      return [name, random.chance(0.5) ? { on: 'yes' } : { on: 'no' }];
    });
    const history = new Truth(rowsOf(changes), PREFIX);
    const shown = new Map<string, number>();
    const events = expectedEvents(history.changes, 0, { on: 'yes' });
    for (let revision = 1; revision <= changes.length; revision += 1) {
      for (const { type, key } of events.filter((one) => one.revision === revision)) {
        expect(shown.has(key)).toBe(type !== 'ADDED');
        if (type === 'DELETED') shown.delete(key);
        else shown.set(key, revision);
      }
      const listed = [...history.stateAt(revision).values()].filter(({ labels }) => labels['on'] === 'yes').map(({ key, revision: at }) => [key, at]);
      expect([...shown].sort()).toEqual(listed.sort());
    }
  }
});
