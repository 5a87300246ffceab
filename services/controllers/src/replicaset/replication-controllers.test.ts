import { afterEach, describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { newForbidden } from '@gantry/apimachinery';
import { EVENTS, PODS, REPLICATIONCONTROLLERS } from '@gantry/client';
import { controllerOf } from '../ownership/controller-ref.js';
import type { TestCluster } from '../testing/cluster.suite.js';
import { createTestCluster } from '../testing/cluster.suite.js';
import { simulateKubelet } from '../testing/simulated-kubelet.suite.js';
import { replicationControllerController } from './controller.js';

const open: TestCluster[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((cluster) => cluster.close()));
});

const rc = (replicas: number): coreV1.ReplicationController => ({
  metadata: { name: 'web', namespace: 'prod' },
  spec: { replicas, selector: { app: 'web' }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } } },
});

async function scene() {
  const cluster = createTestCluster();
  open.push(cluster);
  simulateKubelet(cluster.client, cluster.clock, { delay: () => 50 });
  await cluster.start({ controllers: [replicationControllerController] });
  const controllers = cluster.client.resource(REPLICATIONCONTROLLERS, 'prod');
  const stored = () => cluster.client.objects(REPLICATIONCONTROLLERS)[0];
  const patch = (name: string, body: object) => cluster.client.resource(PODS, 'prod').patch(name, 'application/merge-patch+json', body);
  return { ...cluster, controllers, stored, patch };
}

describe('replication controllers', () => {
  it('keep as many pods as wanted, of names that are chosen for them, and write a status of their own kind', async () => {
    const { clock, client, controllers, pods, stored } = await scene();
    await controllers.create(rc(3));
    await clock.advanceAndSettle(1000);
    expect(pods().map(({ metadata }) => metadata?.name)).toEqual([expect.stringMatching(/^web-.{5}$/), expect.stringMatching(/^web-.{5}$/), expect.stringMatching(/^web-.{5}$/)]);
    expect(controllerOf(pods()[0]!)).toMatchObject({ apiVersion: 'v1', kind: 'ReplicationController', name: 'web', blockOwnerDeletion: true });
    expect(stored()).toMatchObject({ spec: { selector: { app: 'web' } }, status: { replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 } });
    await controllers.patch('web', 'application/merge-patch+json', { spec: { replicas: 1 } });
    await clock.advanceAndSettle(1000);
    expect(pods()).toHaveLength(1);
    expect(stored()?.status).not.toHaveProperty('terminatingReplicas');
    const created = client.objects(EVENTS).filter(({ reason }) => reason === 'SuccessfulCreate');
    expect(created[0]).toMatchObject({ source: { component: 'replication-controller' }, involvedObject: { apiVersion: 'v1', kind: 'ReplicationController' } });
    expect(created.map(({ message }) => message)).toEqual([expect.stringMatching(/^Created pod: web-/), expect.anything(), expect.anything()]);
  });

  it('adopt what they select and release what they no longer do', async () => {
    const { clock, client, controllers, pods, patch } = await scene();
    client.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'orphan', namespace: 'prod', labels: { app: 'web' } }, spec: { containers: [] } } as coreV1.Pod);
    await controllers.create(rc(1));
    await clock.advanceAndSettle(1000);
    expect(pods().map((pod) => [pod.metadata?.name, controllerOf(pod)?.name])).toEqual([['orphan', 'web']]);
    await patch('orphan', { metadata: { labels: { app: 'other' } } });
    await clock.advanceAndSettle(1000);
    expect(pods().find(({ metadata }) => metadata?.name === 'orphan')?.metadata?.ownerReferences ?? []).toEqual([]);
    expect(pods().filter((pod) => controllerOf(pod) !== undefined)).toHaveLength(1);
  });

  it('show in a condition that a pod cannot be made, for as long as that is so', async () => {
    const { clock, client, controllers, stored } = await scene();
    const refusal = newForbidden({ group: '', resource: 'pods' }, 'web-x', 'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2');
    const heal = client.react(({ method, path }) => {
      if (method === 'POST' && path.endsWith('/pods')) throw refusal;
    });
    await controllers.create(rc(1));
    await clock.advanceAndSettle(1000);
    expect(stored()?.status?.conditions).toMatchObject([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: refusal.message }]);
    heal();
    await clock.advanceAndSettle(60_000);
    expect(stored()?.status?.conditions ?? []).toEqual([]);
  });
});
