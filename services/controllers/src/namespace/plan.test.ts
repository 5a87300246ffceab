import { describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { deletionConditions } from './conditions.js';
import { computePlan, finalized, lookAgainAfter } from './plan.js';

const going: coreV1.Namespace = { metadata: { name: 'n', deletionTimestamp: '2026-01-01T00:00:00Z' }, spec: { finalizers: ['kubernetes', 'other'] }, status: { phase: 'Terminating' } };

describe('computePlan', () => {
  it.each<[string, coreV1.Namespace, string]>([
    ['leaves a living namespace alone', { metadata: { name: 'n' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }, 'nothing'],
    ['says first that the namespace is terminating', { ...going, status: { phase: 'Active' } }, 'mark'],
    ['empties one that is terminating', going, 'empty'],
    ['is done with one that it gave free', finalized(going), 'nothing'],
  ])('%s', (_name, namespace, type) => {
    expect(computePlan(namespace).type).toBe(type);
  });
});

it('takes out its own finalizer only', () => {
  expect(finalized(going).spec?.finalizers).toEqual(['other']);
});

it('looks again sooner where nothing has a grace', () => {
  expect(lookAgainAfter([{}])).toBe(500);
  expect(lookAgainAfter([{ metadata: { deletionGracePeriodSeconds: 4 } }, {}])).toBe(2500);
  expect(lookAgainAfter([{ metadata: { deletionGracePeriodSeconds: 3600 } }])).toBe(15_000);
});

describe('deletionConditions', () => {
  const nothing = { discoveryFailures: [], deletionFailures: [], remaining: new Map<string, number>(), finalizers: new Map<string, number>() };

  it('are all False, with upstream reasons, when everything is gone', () => {
    const conditions = deletionConditions([], nothing, 0);
    expect(conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered'],
      ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions'],
      ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted'],
      ['NamespaceContentRemaining', 'False', 'ContentRemoved'],
      ['NamespaceFinalizersRemaining', 'False', 'ContentHasNoFinalizers'],
    ]);
    expect(deletionConditions(conditions, nothing, 60_000)).toEqual(conditions);
  });

  it('name what is left and what holds it', () => {
    const conditions = deletionConditions([], { ...nothing, remaining: new Map([['pods.', 2], ['deployments.apps', 1]]), finalizers: new Map([['example.com/keep', 1]]) }, 0);
    expect(conditions.filter(({ status }) => status === 'True').map(({ reason, message }) => [reason, message])).toEqual([
      ['SomeResourcesRemain', 'Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 resource instances'],
      ['SomeFinalizersRemain', 'Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances'],
    ]);
  });
});
