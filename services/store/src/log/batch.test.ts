import type { WriteOperation, WriteOutcome } from '@gantry/storage';
import { describe, expect, it } from 'vitest';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { Batch } from './batch.js';
import { digestOf, LogState } from './state.js';

const NOW = 1_000_000;

function stateWith(...names: string[]): LogState {
  const pointers = names.map((name, index) => ({ key: pod(name), revision: index + 1, digest: digestOf(put(pod(name), 0)), expiresAt: 0 }));
  return new LogState(names.length, new Map(names.length > 0 ? [['core/pods', names.length]] : []), pointers);
}

function decide(state: LogState, ...writes: WriteOperation[][]): { batch: Batch; outcomes: () => WriteOutcome[] } {
  const batch = new Batch(state, 7, NOW);
  for (const operations of writes) batch.add({ operations, resolve: () => undefined, reject: () => undefined });
  return { batch, outcomes: () => batch.outcomes(new Map()).map(({ outcome }) => outcome) };
}

const stored = (name: string, revision: number) => ({ key: pod(name), revision, value: put(pod(name), 0).value, spliceOffset: 13, schemaHash: 'a' });

describe('a batch of writes', () => {
  it('decides each write on top of those before it', () => {
    const { batch, outcomes } = decide(stateWith(), [put(pod('a'), 0)], [put(pod('a'), 0)], [put(pod('a'), 1, 'changed')], [{ type: 'delete', key: pod('a'), expectedRevision: 2 }]);
    const content = batch.complete(new Map());
    expect(content).toMatchObject({ epoch: 7, base: 0, revision: 3, pointers: [], removedKeys: [pod('a')] });
    expect(content.entries.map(({ type, previousKind, previousObject }) => [type, previousKind, previousObject])).toEqual([['ADDED', 0, 0], ['MODIFIED', 1, 1], ['DELETED', 2, 2]]);
    expect(Buffer.from(content.entries[2]?.value ?? []).toString()).toContain('changed');
    expect(outcomes()).toMatchObject([{ ok: true, revisions: [1] }, { ok: false, failedOperation: 0, current: { revision: 1 } }, { ok: true, revisions: [2] }, { ok: true, revisions: [3] }]);
  });

  it('asks for the last states of what it deletes and of what it refuses, and for no others', () => {
    const { batch, outcomes } = decide(stateWith('a', 'b', 'c'), [{ type: 'delete', key: pod('a'), expectedRevision: 1 }], [put(pod('b'), 0)], [put(pod('c'), 3, 'changed')], [put(pod('d'), 9)]);
    expect(batch.neededRevisions()).toEqual([1, 2]);
    const content = batch.complete(new Map([[1, stored('a', 1)]]));
    expect(content.entries[0]).toMatchObject({ type: 'DELETED', revision: 4, previousObject: 1, spliceOffset: 13 });
    expect(() => outcomes()).toThrow('lost revision 2');
    expect(batch.outcomes(new Map([[2, stored('b', 2)]])).map(({ outcome }) => outcome.ok)).toEqual([true, false, true, false]);
  });

  it('takes no revision for puts that change nothing', () => {
    const { batch, outcomes } = decide(stateWith('a', 'b'), [put(pod('a'), 1), put(pod('b'), 2, 'changed')], [put(pod('a'), 1)]);
    expect(batch.rows).toBe(1);
    expect(batch.complete(new Map()).entries).toMatchObject([{ key: pod('b'), revision: 3, transactionLast: true }]);
    expect(outcomes()).toMatchObject([{ revisions: [1, 3] }, { revisions: [1] }]);
  });

  it('changes nothing outside until it is applied', () => {
    const state = stateWith('a');
    const { batch } = decide(state, [put(pod('b'), 0)], [{ type: 'delete', key: pod('a'), expectedRevision: 1 }]);
    expect([state.revision, [...state.keys.keys()], state.resourceTypes.get('core/pods')]).toEqual([1, [pod('a')], 1]);
    batch.applyTo(state);
    expect([state.revision, [...state.keys.keys()], state.resourceTypes.get('core/pods')]).toEqual([3, [pod('b')], 3]);
  });

  it('sets, renews and forgets the time at which a key expires', () => {
    const state = stateWith();
    decide(state, [{ ...put(pod('a'), 0), ttlSeconds: 10 }]).batch.applyTo(state);
    expect([...state.expiring]).toEqual([pod('a')]);
    expect(state.keys.get(pod('a'))?.expiresAt).toBe(NOW + 10_000);
    decide(state, [put(pod('a'), 1, 'kept')]).batch.applyTo(state);
    expect([...state.expiring]).toEqual([]);
  });
});
