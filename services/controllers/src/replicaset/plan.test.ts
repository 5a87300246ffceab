import { describe, expect, it } from 'vitest';
import type { appsV1, coreV1 } from '@gantry/api-types';
import { controllerReference } from '../ownership/controller-ref.js';
import { computePlan, slowStartBatches } from './plan.js';
import { podFromTemplate } from './pod-template.js';
import { rankForDeletion } from './ranking.js';
import { computeStatus, untilAvailable } from './status.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

function replicaSet(replicas: number, rest: Partial<appsV1.ReplicaSet> & { minReadySeconds?: number } = {}): appsV1.ReplicaSet {
  const template = { metadata: { labels: { app: 'web' }, annotations: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  return {
    metadata: { name: 'web', namespace: 'prod', uid: 'rs', generation: 4, ...rest.metadata },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template, minReadySeconds: rest.minReadySeconds ?? 0 },
    status: rest.status,
  };
}

interface PodFacts {
  name?: string;
  node?: string;
  phase?: string;
  /** Seconds since which it is ready. */
  ready?: number;
  age?: number;
  restarts?: number;
  cost?: string;
  deleting?: boolean;
}

function pod(uid: string, { name = uid, node = 'n1', phase = 'Running', ready, age = 3000, restarts = 0, cost, deleting = false }: PodFacts = {}): coreV1.Pod {
  return {
    metadata: {
      name,
      uid,
      labels: { app: 'web' },
      creationTimestamp: ago(age),
      ...(deleting ? { deletionTimestamp: ago(1) } : {}),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { nodeName: node, containers: [] },
    status: {
      phase,
      conditions: ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(ready) }],
      containerStatuses: [{ name: 'c', restartCount: restarts, ready: true, image: '', imageID: '' }],
    },
  };
}

function plan(subject: appsV1.ReplicaSet, pods: coreV1.Pod[], rest: { upToDate?: boolean } = {}) {
  return computePlan(subject, { pods, related: pods, upToDate: true, now: NOW, ...rest });
}

describe('computePlan', () => {
  it('creates what is missing, and counts neither ended pods nor those that are told to go', () => {
    const pods = [pod('a'), pod('b', { phase: 'Failed' }), pod('c', { phase: 'Succeeded' }), pod('d', { deleting: true })];
    expect(plan(replicaSet(3), pods).create).toBe(2);
  });

  it('deletes what is too much', () => {
    expect(plan(replicaSet(1), [pod('a', { ready: 9 }), pod('b'), pod('c')]).remove.map(({ metadata }) => metadata?.uid)).toEqual(['b', 'c']);
  });

  it('does nothing while the cache is known to be behind, or the replica set is going', () => {
    expect(plan(replicaSet(3), [], { upToDate: false }).create).toBe(0);
    expect(plan(replicaSet(3, { metadata: { deletionTimestamp: ago(1) } }), []).create).toBe(0);
  });

  it('creates and deletes at most 500 a step', () => {
    expect(plan(replicaSet(2000), []).create).toBe(500);
    expect(plan(replicaSet(0), Array.from({ length: 700 }, (_, index) => pod(String(index)))).remove).toHaveLength(500);
  });
});

it('makes pods that belong to the replica set', () => {
  expect(podFromTemplate(replicaSet(1), controllerReference(replicaSet(1), 'apps/v1', 'ReplicaSet'))).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'web-',
      namespace: 'prod',
      labels: { app: 'web' },
      annotations: { a: 'b' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true, blockOwnerDeletion: true }],
    },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
});

it.each<[string, PodFacts, PodFacts]>([
  ['one without a node before one that has one', { node: '' }, { phase: 'Pending' }],
  ['a pending one before a running one', { phase: 'Pending' }, { phase: 'Running' }],
  ['one that is not ready before one that is', {}, { ready: 5 }],
  ['a cheap one before a dear one', { ready: 900, cost: '-5' }, { ready: 5 }],
  ['one that became ready lately before one that is for long', { ready: 10 }, { ready: 2000 }],
  ['one that restarted more often', { ready: 100, restarts: 3 }, { ready: 100, restarts: 1 }],
  ['a younger one before an older one', { ready: 10, age: 20 }, { ready: 10, age: 3000 }],
])('a scale down takes %s', (_name, first, second) => {
  const pods = [pod('a', second), pod('z', first)];
  expect(rankForDeletion(pods, pods, NOW)[0]?.metadata?.uid).toBe('z');
});

it('a scale down takes pods where the deployment has most of them', () => {
  const mine = [pod('a', { node: 'n1', ready: 100 }), pod('b', { node: 'n2', ready: 100 })];
  const related = [...mine, pod('c', { node: 'n2', ready: 100 })];
  expect(rankForDeletion(mine, related, NOW)[0]?.metadata?.uid).toBe('b');
});

it('a scale down chooses among equals the same, whatever order they come in', () => {
  const pods = ['c', 'a', 'b'].map((uid) => pod(uid, { ready: 100 }));
  const order = (list: coreV1.Pod[]) => rankForDeletion(list, list, NOW).map(({ metadata }) => metadata?.uid);
  expect(order(pods)).toEqual(order(pods.toReversed()));
});

it('starts slowly', () => {
  expect(slowStartBatches(10)).toEqual([1, 2, 4, 3]);
  expect(slowStartBatches(1)).toEqual([1]);
  expect(slowStartBatches(0)).toEqual([]);
});

describe('computeStatus', () => {
  it('counts active, labelled, ready, available and terminating pods', () => {
    const pods = [pod('a', { ready: 100 }), pod('b', { ready: 5 }), pod('c'), pod('d', { phase: 'Failed' }), pod('e', { deleting: true })];
    expect(computeStatus(replicaSet(3, { minReadySeconds: 10 }), pods, undefined, NOW)).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 2,
      availableReplicas: 1,
      terminatingReplicas: 1,
      observedGeneration: 4,
    });
  });

  it('shows a failure as long as it lasts', () => {
    const failed = computeStatus(replicaSet(1), [], { reason: 'FailedCreate', message: 'quota' }, NOW);
    expect(failed.conditions).toEqual([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota', lastTransitionTime: '2026-01-01T01:00:00Z' }]);
    expect(computeStatus(replicaSet(1, { status: failed }), [], undefined, NOW).conditions).toBeUndefined();
  });

  it('says when the next pod will be available', () => {
    expect(untilAvailable(replicaSet(2, { minReadySeconds: 10 }), [pod('a', { ready: 4 }), pod('b', { ready: 100 })], NOW)).toBe(6000);
    expect(untilAvailable(replicaSet(2), [pod('a', { ready: 4 })], NOW)).toBeUndefined();
  });
});
