import { describe, expect, it } from 'vitest';
import type { appsV1, coreV1 } from '@gantry/api-types';
import { controllerReference } from '../ownership/controller-ref.js';
import { computePlan } from './plan.js';
import { buildReplicaSet } from './new-replica-set.js';

const NOW = Date.parse('2026-01-01T00:10:00Z');

type Deployment = appsV1.Deployment;
type ReplicaSet = appsV1.ReplicaSet;

function deployment(spec: Partial<appsV1.DeploymentSpec> = {}, rest: Partial<Deployment> = {}): Deployment {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'prod', uid: 'd', generation: 2, ...rest.metadata },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template, progressDeadlineSeconds: 600, revisionHistoryLimit: 10, ...spec },
    status: rest.status,
  };
}

/** The replica set of an image at a size, with as many pods and, where not told otherwise, all of them available. */
function replicaSet(image: string, replicas: number, options: { available?: number; revision?: number; desired?: number; max?: number; created?: string; actual?: number; uid?: string } = {}): ReplicaSet {
  const built = buildReplicaSet(deployment({ template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } } }));
  const { available = replicas, revision = 1, desired = 3, max = 4, created = '2026-01-01T00:00:00Z', actual = replicas, uid = image } = options;
  return {
    ...built,
    metadata: {
      ...built.metadata,
      name: `web-${image.replace(/\W/g, '')}`,
      uid,
      generation: 1,
      creationTimestamp: created,
      annotations: { 'deployment.kubernetes.io/revision': String(revision), 'deployment.kubernetes.io/desired-replicas': String(desired), 'deployment.kubernetes.io/max-replicas': String(max) },
    },
    spec: { ...(built.spec as appsV1.ReplicaSetSpec), replicas },
    status: { replicas: actual, readyReplicas: available, availableReplicas: available, observedGeneration: 1 },
  };
}

function plan(subject: Deployment, replicaSets: readonly ReplicaSet[], pods: readonly coreV1.Pod[] = []) {
  const result = computePlan(subject, { replicaSets, pods, now: NOW });
  const resized = Object.fromEntries(result.updates.filter(({ resize }) => resize).map(({ replicaSet: { metadata }, resize }) => [metadata?.name, `${resize?.from}→${resize?.to}`]));
  return { ...result, resized };
}

const updated = (images = 'nginx:2', spec: Partial<appsV1.DeploymentSpec> = {}) => deployment({ template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: images }] } }, ...spec });
const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } });

describe('a new deployment', () => {
  it('creates its replica set with all replicas, revision 1, its label in name, selector and template', () => {
    const { create, revision, status } = plan(deployment(), []);
    const hash = create?.metadata?.labels?.['pod-template-hash'] ?? '';
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(create).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        labels: { app: 'web' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true, blockOwnerDeletion: true }],
        annotations: { 'deployment.kubernetes.io/revision': '1', 'deployment.kubernetes.io/desired-replicas': '3', 'deployment.kubernetes.io/max-replicas': '4' },
      },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } }, template: { metadata: { labels: { app: 'web', 'pod-template-hash': hash } } } },
    });
    expect(revision).toBe('1');
    expect(status).toMatchObject({ observedGeneration: 2, unavailableReplicas: 3 });
    expect(status?.conditions?.map(({ type, status: state, reason, message }) => [type, state, reason, message])).toEqual([
      ['Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
      ['Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "web-${hash}"`],
    ]);
  });

  it('has another name after a collision', () => {
    const first = plan(deployment(), []).create?.metadata?.name;
    const second = plan(deployment({}, { status: { collisionCount: 1 } }), []).create?.metadata?.name;
    expect(second).not.toBe(first);
  });

  it('creates nothing while it is paused', () => {
    const { create, status } = plan(deployment({ paused: true }), []);
    expect(create).toBeUndefined();
    expect(status?.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' });
  });
});

describe('a rolling update', () => {
  it.each([
    ['25% of 4: one more, one less', 4, '25%', '25%', 1],
    ['surge rounds up', 3, '25%', '25%', 1],
    ['surge of 0 waits for old pods to go', 3, 0, 1, 0],
    ['a percentage of 10', 10, '30%', '25%', 3],
    ['all at once', 3, '100%', 0, 3],
  ])('starts with as many new pods as the surge allows: %s', (_name, replicas, surge, unavailable, size) => {
    const { create } = plan(updated('nginx:2', { replicas, ...rolling(surge, unavailable) }), [replicaSet('nginx:1', replicas, { desired: replicas })]);
    expect(create?.spec?.replicas).toBe(size);
    expect(create?.metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
  });

  it.each<[string, Partial<appsV1.DeploymentSpec>, ReplicaSet[], Record<string, string>]>([
    ['keeps all old pods while the new one is not available', rolling(1, 0), [replicaSet('nginx:1', 3), replicaSet('nginx:2', 1, { available: 0, revision: 2 })], {}],
    ['takes an old pod for each new one that is available', rolling(1, 0), [replicaSet('nginx:1', 3), replicaSet('nginx:2', 1, { revision: 2 })], { 'web-nginx1': '3→2' }],
    ['grows before it shrinks', rolling(1, 0), [replicaSet('nginx:1', 2), replicaSet('nginx:2', 1, { revision: 2 })], { 'web-nginx2': '1→2' }],
    ['takes as many as may be missing', rolling(0, 2), [replicaSet('nginx:1', 3), replicaSet('nginx:2', 0, { revision: 2 })], { 'web-nginx1': '3→1' }],
    ['takes broken old pods first, from the oldest', rolling(1, 1), [replicaSet('nginx:0', 1, { available: 0, created: '2025-01-01T00:00:00Z' }), replicaSet('nginx:1', 2), replicaSet('nginx:2', 1, { available: 0, revision: 2 })], { 'web-nginx0': '1→0' }],
    ['leaves broken old pods while new ones are still to come', rolling(1, 0), [replicaSet('nginx:1', 3, { available: 2 }), replicaSet('nginx:2', 1, { available: 0, revision: 2 })], {}],
    ['shrinks the newest that is too large', {}, [replicaSet('nginx:2', 5, { revision: 2 })], { 'web-nginx2': '5→3' }],
    ['has one missing where both bounds round to 0', rolling(0, '10%'), [replicaSet('nginx:1', 3), replicaSet('nginx:2', 0, { revision: 2 })], { 'web-nginx1': '3→2' }],
  ])('%s', (_name, spec, replicaSets, resized) => {
    expect(plan(updated('nginx:2', spec), replicaSets).resized).toEqual(resized);
  });

  it('goes back to the replica set of a template that it had before, as a new revision, and notes the old one', () => {
    const { create, updates, revision } = plan(updated('nginx:1'), [replicaSet('nginx:1', 0, { revision: 1 }), replicaSet('nginx:2', 3, { revision: 2 })]);
    expect(create).toBeUndefined();
    expect(revision).toBe('3');
    expect(updates[0]).toMatchObject({ resize: { from: 0, to: 1 }, replicaSet: { metadata: { annotations: { 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' } } } });
  });

  it("hands the deployment's annotations down, but not what kubectl applied", () => {
    const subject = deployment({}, { metadata: { annotations: { 'kubernetes.io/change-cause': 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } } });
    const { updates } = plan(subject, [replicaSet('nginx:1', 3)]);
    expect(updates[0]?.replicaSet.metadata?.annotations).toMatchObject({ 'kubernetes.io/change-cause': 'x', 'deployment.kubernetes.io/revision': '1' });
    expect(updates[0]?.replicaSet.metadata?.annotations).not.toHaveProperty('kubectl.kubernetes.io/last-applied-configuration');
  });

  it('does not take an absent and an empty list for different templates', () => {
    const subject = deployment({ template: { metadata: { labels: { app: 'web' }, annotations: {} }, spec: { containers: [{ name: 'c', image: 'nginx:1', env: [] }], volumes: [] } } });
    expect(plan(subject, [replicaSet('nginx:1', 3)]).create).toBeUndefined();
  });
});

describe('Recreate', () => {
  const recreate = { strategy: { type: 'Recreate' } };
  const pod = (owner: ReplicaSet, phase: string): coreV1.Pod => ({ metadata: { name: 'p', ownerReferences: [controllerReference(owner, 'apps/v1', 'ReplicaSet')] }, status: { phase } });

  it('first takes all old pods', () => {
    const { create, resized } = plan(updated('nginx:2', recreate), [replicaSet('nginx:1', 3)]);
    expect([create, resized]).toEqual([undefined, { 'web-nginx1': '3→0' }]);
  });

  it('waits while an old pod may still run', () => {
    const old = replicaSet('nginx:1', 0);
    expect(plan(updated('nginx:2', recreate), [old], [pod(old, 'Running')]).create).toBeUndefined();
    expect(plan(updated('nginx:2', recreate), [replicaSet('nginx:1', 0, { actual: 1 })]).create).toBeUndefined();
  });

  it('then makes all new ones at once', () => {
    const old = replicaSet('nginx:1', 0);
    expect(plan(updated('nginx:2', recreate), [old], [pod(old, 'Failed')]).create?.spec?.replicas).toBe(3);
  });
});

describe('scaling', () => {
  it('scales the only active replica set', () => {
    expect(plan(deployment({ replicas: 5 }), [replicaSet('nginx:1', 3)]).resized).toEqual({ 'web-nginx1': '3→5' });
    expect(plan(deployment({ replicas: 0 }), [replicaSet('nginx:1', 3)]).resized).toEqual({ 'web-nginx1': '3→0' });
  });

  it('spreads a scale in the middle of a rollout in proportion to the sizes', () => {
    const sets = [replicaSet('nginx:1', 8, { desired: 10, max: 13 }), replicaSet('nginx:2', 5, { desired: 10, max: 13, available: 0, revision: 2 })];
    expect(plan(updated('nginx:2', { replicas: 15, ...rolling(3, 2) }), sets).resized).toEqual({ 'web-nginx1': '8→11', 'web-nginx2': '5→7' });
  });

  it('empties all of them for 0 replicas', () => {
    const sets = [replicaSet('nginx:1', 2), replicaSet('nginx:2', 2, { revision: 2 })];
    expect(plan(updated('nginx:2', { replicas: 0 }), sets).resized).toEqual({ 'web-nginx1': '2→0', 'web-nginx2': '2→0' });
  });

  it('scales, but does not roll on, while paused', () => {
    const { resized, create } = plan(updated('nginx:2', { replicas: 4, paused: true }), [replicaSet('nginx:1', 3)]);
    expect([resized, create]).toEqual([{ 'web-nginx1': '3→4' }, undefined]);
  });
});

describe('history', () => {
  it('deletes the lowest revisions beyond the limit once the rollout is complete', () => {
    const sets = [1, 2, 3].map((revision) => replicaSet(`old:${revision}`, 0, { revision })).concat(replicaSet('nginx:1', 3, { revision: 4 }));
    expect(plan(deployment({ revisionHistoryLimit: 1 }), sets).deletes.map(({ metadata }) => metadata?.name)).toEqual(['web-old1', 'web-old2']);
  });

  it('keeps all of them while the rollout is under way, and one that still has pods always', () => {
    const old = replicaSet('old:1', 0, { revision: 1 });
    expect(plan(deployment({ revisionHistoryLimit: 0 }), [old, replicaSet('nginx:1', 3, { available: 2, revision: 2 })]).deletes).toEqual([]);
    expect(plan(deployment({ revisionHistoryLimit: 0 }), [replicaSet('old:1', 0, { actual: 1 }), replicaSet('nginx:1', 3, { revision: 2 })]).deletes).toEqual([]);
  });
});

describe('conditions', () => {
  const progressing = (reason: string, minutesAgo: number, status = 'True') => ({ type: 'Progressing', status, reason, message: '', lastUpdateTime: new Date(NOW - minutesAgo * 60_000).toISOString() });
  const condition = (subject: Deployment, sets: ReplicaSet[], type = 'Progressing') => {
    const result = plan(subject, sets);
    return (result.status ?? subject.status)?.conditions?.find((one) => one.type === type);
  };
  const stuck = [replicaSet('nginx:1', 3, { available: 1 })];
  const seen = { replicas: 3, updatedReplicas: 3, readyReplicas: 1, availableReplicas: 1, unavailableReplicas: 2 };

  it('says when the rollout is complete', () => {
    expect(condition(deployment({}, { status: { conditions: [progressing('ReplicaSetUpdated', 1)] } }), [replicaSet('nginx:1', 3)])).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-nginx1" has successfully progressed.',
    });
  });

  it('says that it progresses, and renews the time, when a pod became available', () => {
    const subject = deployment({}, { status: { ...seen, availableReplicas: 0, conditions: [progressing('ReplicaSetUpdated', 9)] } });
    expect(condition(subject, stuck)).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated', message: 'ReplicaSet "web-nginx1" is progressing.', lastUpdateTime: '2026-01-01T00:10:00Z' });
  });

  it('says that it timed out after the deadline without progress', () => {
    const subject = deployment({}, { status: { ...seen, conditions: [progressing('ReplicaSetUpdated', 11)] } });
    expect(condition(subject, stuck)).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded', message: 'ReplicaSet "web-nginx1" has timed out progressing.' });
  });

  it('looks again when the deadline will be over', () => {
    const subject = deployment({}, { status: { ...seen, conditions: [progressing('ReplicaSetUpdated', 4)] } });
    expect(plan(subject, stuck).requeueAfter).toBe(6 * 60_000 + 1000);
  });

  it('has no Progressing condition without a deadline', () => {
    expect(condition(deployment({ progressDeadlineSeconds: undefined }, { status: { conditions: [progressing('ReplicaSetUpdated', 11)] } }), stuck)).toBeUndefined();
  });

  it('says when it was resumed', () => {
    const subject = deployment({}, { status: { ...seen, conditions: [progressing('DeploymentPaused', 60, 'Unknown')] } });
    expect(condition(subject, stuck)).toMatchObject({ status: 'Unknown', reason: 'DeploymentResumed' });
  });

  it('is available while no more are missing than may be', () => {
    expect(condition(deployment(rolling(1, 1)), [replicaSet('nginx:1', 3, { available: 2 })], 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' });
    expect(condition(deployment(rolling(1, 1)), stuck, 'Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' });
  });

  it('shows why pods could not be made', () => {
    const failed = { ...replicaSet('nginx:1', 3, { available: 0 }) };
    failed.status = { ...(failed.status as appsV1.ReplicaSetStatus), conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }] };
    expect(condition(deployment(), [failed], 'ReplicaFailure')).toMatchObject({ status: 'True', reason: 'FailedCreate', message: 'quota' });
  });
});

it('plans nothing for what is as it should be', () => {
  const sets = [replicaSet('nginx:1', 3)];
  const first = plan(deployment({}, { metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } } }), sets);
  const settled = deployment({}, { metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } }, status: first.status });
  expect(plan(settled, sets)).toMatchObject({ create: undefined, updates: [], deletes: [], status: undefined, revision: undefined, requeueAfter: undefined });
});

it('only reports the status of one that is being deleted', () => {
  const subject = deployment({ replicas: 9 }, { metadata: { deletionTimestamp: '2026-01-01T00:09:00Z' } });
  expect(plan(subject, [replicaSet('nginx:1', 3)])).toMatchObject({ updates: [], deletes: [], status: { replicas: 3 } });
});
