import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { appsV1 } from '@gantry/api-types';
import { modifiedMessage, newConflict, newInternalError } from '@gantry/apimachinery';
import { DEPLOYMENTS, EVENTS, REPLICASETS } from '@gantry/client';
import { deploymentController } from './deployment/controller.js';
import { controllerOf } from './ownership/controller-ref.js';
import { replicaSetController } from './replicaset/controller.js';
import type { KillableControllers, TestCluster } from './testing/cluster.suite.js';
import { createTestCluster, webDeployment } from './testing/cluster.suite.js';
import { simulateKubelet } from './testing/simulated-kubelet.suite.js';

const controllers = [deploymentController, replicaSetController];
const open: TestCluster[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((cluster) => cluster.close()));
});

async function scene(delay = () => 50) {
  const cluster = createTestCluster();
  open.push(cluster);
  simulateKubelet(cluster.client, cluster.clock, { delay });
  await cluster.start({ controllers });
  const deployments = cluster.client.resource(DEPLOYMENTS, 'prod');
  const messages = () => cluster.client.objects(EVENTS).filter(({ reason }) => reason === 'ScalingReplicaSet').map(({ message = '' }) => message.replace(/web-\S+/, 'web-#'));
  const image = (tag: string) => deployments.patch('web', 'application/strategic-merge-patch+json', { spec: { template: { spec: { containers: [{ name: 'c', image: tag }] } } } });
  return { ...cluster, deployments, messages, image };
}

const progressing = (deployment: appsV1.Deployment | undefined) => deployment?.status?.conditions?.find(({ type }) => type === 'Progressing');

describe('a rollout end to end', () => {
  it('starts, and its status says so as kubectl rollout status reads it', async () => {
    const { clock, deployments, deployment, pods, replicaSets, messages } = await scene();
    await deployments.create(webDeployment(3, 'nginx:1'));
    await clock.advanceAndSettle(1000);
    expect(pods()).toHaveLength(3);
    expect(replicaSets()).toHaveLength(1);
    expect(deployment()).toMatchObject({ metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } }, status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 } });
    expect(progressing(deployment())).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    expect(messages()).toEqual(['Scaled up replica set web-# from 0 to 3']);
  });

  it('rolls to a new image pod by pod, never with fewer than allowed, and says each step', async () => {
    const { clock, client, deployments, deployment, pods, replicaSets, messages, image } = await scene();
    await deployments.create(webDeployment(3, 'nginx:1', { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }));
    await clock.advanceAndSettle(1000);
    let fewest = 3;
    client.api.store.listen(({ resource }) => {
      const ready = resource === '/pods' ? pods().filter(({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase === 'Running').length : 3;
      fewest = Math.min(fewest, ready);
    });
    await image('nginx:2');
    await clock.advanceAndSettle(5000);
    expect(fewest).toBe(3);
    expect(pods().map(({ spec }) => spec?.containers[0]?.image)).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
    expect(replicaSets().map(({ spec }) => spec?.replicas).sort()).toEqual([0, 3]);
    expect(deployment()).toMatchObject({ metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } }, status: { observedGeneration: 2, replicas: 3, updatedReplicas: 3 } });
    expect(messages().slice(1)).toEqual([
      'Scaled up replica set web-# from 0 to 1',
      'Scaled down replica set web-# from 3 to 2',
      'Scaled up replica set web-# from 1 to 2',
      'Scaled down replica set web-# from 2 to 1',
      'Scaled up replica set web-# from 2 to 3',
      'Scaled down replica set web-# from 1 to 0',
    ]);
  });

  it('goes back as kubectl rollout undo asks, as a new revision of the same replica set', async () => {
    const { clock, deployments, deployment, pods, replicaSets, image } = await scene();
    await deployments.create(webDeployment(2, 'nginx:1'));
    await clock.advanceAndSettle(1000);
    const [first] = replicaSets();
    await image('nginx:2');
    await clock.advanceAndSettle(5000);
    await deployments.patch('web', 'application/json-patch+json', [{ op: 'replace', path: '/spec/template', value: { ...first?.spec?.template, metadata: { labels: { app: 'web' } } } }]);
    await clock.advanceAndSettle(5000);
    expect(pods().map((pod) => controllerOf(pod)?.uid)).toEqual([first?.metadata?.uid, first?.metadata?.uid]);
    expect(deployment()?.metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(replicaSets()).toHaveLength(2);
    expect(replicaSets().find(({ metadata }) => metadata?.uid === first?.metadata?.uid)?.metadata?.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' });
  });

  it('recreates only when every old pod is gone', async () => {
    const { clock, client, deployments, pods, image } = await scene();
    await deployments.create(webDeployment(3, 'nginx:1', { strategy: { type: 'Recreate' } }));
    await clock.advanceAndSettle(1000);
    let mixed = false;
    client.api.store.listen(() => void (mixed ||= new Set(pods().map(({ spec }) => spec?.containers[0]?.image)).size > 1));
    await image('nginx:2');
    await clock.advanceAndSettle(5000);
    expect(pods().map(({ spec }) => spec?.containers[0]?.image)).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
    expect(mixed).toBe(false);
  });

  it('replaces a pod that is deleted, scales, and keeps to the history limit', async () => {
    const { clock, client, deployments, pods, replicaSets, image } = await scene();
    await deployments.create(webDeployment(2, 'nginx:0', { revisionHistoryLimit: 1 }));
    await clock.advanceAndSettle(1000);
    const gone = pods()[0]?.metadata?.name ?? '';
    await client.resource({ group: '', version: 'v1', resource: 'pods' }, 'prod').delete(gone);
    await deployments.patch('web', 'application/merge-patch+json', { spec: { replicas: 4 } });
    await clock.advanceAndSettle(1000);
    expect(pods()).toHaveLength(4);
    expect(pods().map(({ metadata }) => metadata?.name)).not.toContain(gone);
    for (const tag of ['nginx:1', 'nginx:2', 'nginx:3']) {
      await image(tag);
      await clock.advanceAndSettle(5000);
    }
    expect(replicaSets()).toHaveLength(2);
  });

  it('adopts orphans that it selects and releases a pod whose label no longer fits', async () => {
    const { clock, client, deployments, pods, replicaSets } = await scene();
    await deployments.create(webDeployment(2, 'nginx:1'));
    await clock.advanceAndSettle(1000);
    const [replicaSet] = replicaSets();
    const released = pods()[0]?.metadata?.name ?? '';
    await client.resource({ group: '', version: 'v1', resource: 'pods' }, 'prod').patch(released, 'application/merge-patch+json', { metadata: { labels: { app: 'debug' } } });
    await clock.advanceAndSettle(1000);
    const owned = pods().filter((pod) => controllerOf(pod)?.uid === replicaSet?.metadata?.uid);
    expect(pods()).toHaveLength(3);
    expect(owned).toHaveLength(2);
    expect(owned.map(({ metadata }) => metadata?.name)).not.toContain(released);
    await client.resource({ group: '', version: 'v1', resource: 'pods' }, 'prod').patch(released, 'application/merge-patch+json', { metadata: { labels: { app: 'web' } } });
    await clock.advanceAndSettle(1000);
    expect(pods()).toHaveLength(2);
  });

  it('times out when the pods do not come up, and says so', async () => {
    const cluster = createTestCluster();
    open.push(cluster);
    simulateKubelet(cluster.client, cluster.clock, { delay: () => 50, comesUp: () => false });
    await cluster.start({ controllers });
    await cluster.client.resource(DEPLOYMENTS, 'prod').create(webDeployment(1, 'broken', { progressDeadlineSeconds: 60 }));
    await cluster.clock.advanceAndSettle(30_000);
    expect(progressing(cluster.deployment())?.reason).toBe('ReplicaSetUpdated');
    await cluster.clock.advanceAndSettle(60_000);
    expect(progressing(cluster.deployment())).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
  });

  it('creates nothing twice while the cache does not show what was created', async () => {
    const { clock, client, deployments, pods, replicaSets } = await scene();
    const heal = client.react(({ path, query = '' }) => {
      if (path === '/api/v1/pods' && query.includes('watch=true')) throw newInternalError('no watch');
    });
    client.endWatches();
    await deployments.create(webDeployment(3, 'nginx:1'));
    await clock.advanceAndSettle(2000);
    await client.resource(REPLICASETS, 'prod').patch(replicaSets()[0]?.metadata?.name ?? '', 'application/merge-patch+json', { metadata: { annotations: { touched: 'yes' } } });
    await clock.advanceAndSettle(2000);
    expect(client.requests.filter(({ method, resource }) => method === 'POST' && resource === '/pods')).toHaveLength(3);
    heal();
    await clock.advanceAndSettle(60_000);
    expect(pods().map(({ status }) => status?.phase)).toEqual(['Running', 'Running', 'Running']);
  });
});

type Chaos = { type: 'kill' | 'second' | 'conflict' | 'fail' | 'endWatches' | 'compact' } | { type: 'image' | 'scale' | 'wait'; value: number };

const chaos: fc.Arbitrary<Chaos> = fc.oneof(
  fc.constantFrom<Chaos>({ type: 'kill' }, { type: 'second' }, { type: 'conflict' }, { type: 'fail' }, { type: 'endWatches' }, { type: 'compact' }),
  fc.record({ type: fc.constantFrom('image' as const, 'scale' as const), value: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ type: fc.constant('wait' as const), value: fc.integer({ min: 1, max: 400 }) }),
);

/** The user's own writes meet the planted failures too, and are repeated until one comes through. */
async function retried(write: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      return void (await write());
    } catch {
      continue;
    }
  }
}

/** One disturbance of a running rollout. `running` holds the controllers that live; two at once are no fault. */
async function disturb(step: Chaos, { client, clock, start, deployments, image }: Awaited<ReturnType<typeof scene>>, running: KillableControllers[]): Promise<void> {
  const patch = { conflict: newConflict({ group: 'apps', resource: 'replicasets' }, 'x', modifiedMessage), fail: newInternalError('down') };
  if (step.type === 'kill') await running.shift()?.kill();
  if (step.type === 'kill' || step.type === 'second') running.push(await start({ controllers }));
  if (step.type === 'conflict' || step.type === 'fail') client.failNext(({ method }) => method !== 'GET', patch[step.type], 2);
  if (step.type === 'endWatches') client.endWatches();
  if (step.type === 'compact') client.compact();
  if (step.type === 'image') await retried(() => image(`nginx:${step.value}`));
  if (step.type === 'scale') await retried(() => deployments.patch('web', 'application/merge-patch+json', { spec: { replicas: step.value } }));
  await clock.advanceAndSettle(step.type === 'wait' ? step.value : 3);
}

it('ends in the right state, with no pod too many, whatever happened on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chaos, { maxLength: 14 }), fc.infiniteStream(fc.integer({ min: 1, max: 120 })), async (steps, delays) => {
      const cluster = createTestCluster();
      simulateKubelet(cluster.client, cluster.clock, { delay: () => delays.next().value as number });
      const deployments = cluster.client.resource(DEPLOYMENTS, 'prod');
      const image = (tag: string) => deployments.patch('web', 'application/strategic-merge-patch+json', { spec: { template: { spec: { containers: [{ name: 'c', image: tag }] } } } });
      const running = [await cluster.start({ controllers })];
      await retried(() => deployments.create(webDeployment(3, 'nginx:0')));
      for (const step of steps) await disturb(step, { ...cluster, deployments, image, messages: () => [] }, running);
      await cluster.clock.advanceAndSettle(700_000);
      const { spec, status } = cluster.deployment() ?? {};
      const wanted = spec?.replicas ?? 0;
      expect(cluster.pods().map((pod) => [pod.spec?.containers[0]?.image, pod.status?.phase])).toEqual(Array.from({ length: wanted }, () => [spec?.template.spec?.containers[0]?.image, 'Running']));
      expect(cluster.replicaSets().filter((replicaSet) => (replicaSet.spec?.replicas ?? 0) > 0)).toHaveLength(wanted === 0 ? 0 : 1);
      expect([status?.replicas ?? 0, status?.updatedReplicas ?? 0, status?.availableReplicas ?? 0]).toEqual([wanted, wanted, wanted]);
      expect(await cluster.close()).toBe(0);
    }),
    { numRuns: 25 },
  );
}, 60_000);
