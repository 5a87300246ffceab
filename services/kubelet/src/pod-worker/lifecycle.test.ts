import { describe, expect, test } from 'vitest';
import { IllegalTransition, nextLifecycle, transition } from './lifecycle.js';
import type { Lifecycle, LifecycleFacts, LifecycleState } from './lifecycle.js';

const running = { metadata: { uid: 'u' }, spec: { containers: [], terminationGracePeriodSeconds: 20 } };
const deleted = { ...running, metadata: { uid: 'u', deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 } };
const facts = (more: Partial<LifecycleFacts>): LifecycleFacts => ({ pod: running, orphanGraceSeconds: 30, ended: false, alive: true, gone: false, now: 1000, ...more });

const syncing: Lifecycle = { state: 'syncing' };
const terminating: Lifecycle = { state: 'terminating', since: 0, graceSeconds: 20 };
const terminated: Lifecycle = { state: 'terminated' };
const finished: Lifecycle = { state: 'finished' };

describe('the life of a pod', () => {
  test.each<[string, Lifecycle, Partial<LifecycleFacts>, Lifecycle]>([
    ['goes on', syncing, {}, syncing],
    ['ends by its deletion, with the grace of that', syncing, { pod: deleted }, { state: 'terminating', since: 1000, graceSeconds: 5 }],
    ['ends when the object is gone', syncing, { pod: undefined }, { state: 'terminating', since: 1000, graceSeconds: 30 }],
    ['ends by itself', syncing, { ended: true }, { state: 'terminating', since: 1000, graceSeconds: 20 }],
    ['takes its grace', terminating, {}, terminating],
    ['is hastened by a shorter one', terminating, { pod: deleted }, { ...terminating, graceSeconds: 5 }],
    ['is not slowed down by a longer one', { ...terminating, graceSeconds: 1 }, { pod: deleted }, { ...terminating, graceSeconds: 1 }],
    ['has ended when nothing runs', terminating, { alive: false }, terminated],
    ['stays ended while the object is there', terminated, {}, terminated],
    ['is over when nothing is left', terminated, { gone: true }, finished],
    ['is over for good, though an old object shows up', finished, { gone: false }, finished],
  ])('%s', (_, from, more, to) => {
    expect(nextLifecycle(from, facts(more))).toEqual(to);
  });

  test('never goes back', () => {
    const order: Lifecycle[] = [syncing, terminating, terminated, finished];
    const illegal: [LifecycleState, LifecycleState][] = [];
    for (const from of order) {
      for (const to of order) {
        try {
          transition(from, to);
        } catch (error) {
          expect(error).toBeInstanceOf(IllegalTransition);
          illegal.push([from.state, to.state]);
        }
      }
    }
    expect(illegal).toEqual([
      ['syncing', 'terminated'], ['syncing', 'finished'], ['terminating', 'syncing'], ['terminating', 'finished'], ['terminated', 'syncing'], ['terminated', 'terminating'],
      ['finished', 'syncing'], ['finished', 'terminating'], ['finished', 'terminated'],
    ]);
  });
});
