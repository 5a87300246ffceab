import { expect, it } from 'vitest';
import type { metaV1 } from '@gantry/api-types';
import type { CollectPlan, OwnerState } from './plan.js';
import { computePlan } from './plan.js';

const ref = (uid: string): metaV1.OwnerReference => ({ apiVersion: 'v1', kind: 'K', name: uid, uid });
const quiet = { hasDependents: false, dependentIsGoing: false };

it.each<[string, Record<string, OwnerState>, metaV1.ObjectMeta, Partial<typeof quiet>, CollectPlan]>([
  ['keeps what has no owner', {}, {}, {}, { type: 'keep' }],
  ['keeps what has an owner', { a: 'present' }, {}, {}, { type: 'keep' }],
  ['deletes what has lost its only owner', { a: 'absent' }, {}, {}, { type: 'delete', propagationPolicy: 'Background', unblock: false }],
  ['keeps what has one owner left, without the reference to the lost one', { a: 'absent', b: 'present' }, {}, {}, { type: 'dropReferences', owners: [ref('b')] }],
  ['deletes what an owner waits for', { a: 'waiting' }, {}, {}, { type: 'delete', propagationPolicy: 'Background', unblock: false }],
  ['passes the foreground on to dependents', { a: 'waiting' }, {}, { hasDependents: true }, { type: 'delete', propagationPolicy: 'Foreground', unblock: false }],
  ['breaks a circle of waiting', { a: 'waiting' }, {}, { hasDependents: true, dependentIsGoing: true }, { type: 'delete', propagationPolicy: 'Foreground', unblock: true }],
  ['does not overrule who asked to orphan', { a: 'absent' }, { finalizers: ['orphan'] }, {}, { type: 'delete', propagationPolicy: 'Orphan', unblock: false }],
  ['does not overrule who asked for the foreground', { a: 'absent' }, { finalizers: ['foregroundDeletion'] }, {}, { type: 'delete', propagationPolicy: 'Foreground', unblock: false }],
])('%s', (_name, states, metadata, world, plan) => {
  const object = { metadata: { ...metadata, ownerReferences: Object.keys(states).map(ref) } };
  expect(computePlan(object, { owners: new Map(Object.entries(states)), ...quiet, ...world })).toEqual(plan);
});
