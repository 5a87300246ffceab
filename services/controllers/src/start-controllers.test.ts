import { afterEach, describe, expect, it } from 'vitest';
import type { coreV1, metaV1 } from '@gantry/api-types';
import { newInternalError } from '@gantry/apimachinery';
import type { KubeObject } from '@gantry/client';
import { CONFIGMAPS, EVENTS, LEASES, NAMESPACES, NODES, PODS, REPLICASETS, SERVICEACCOUNTS } from '@gantry/client';
import type { ControllersOptions } from './start-controllers.js';
import type { TestCluster } from './testing/cluster.suite.js';
import { createTestCluster, webDeployment } from './testing/cluster.suite.js';
import { simulateKubelet } from './testing/simulated-kubelet.suite.js';

const open: TestCluster[] = [];

afterEach(async () => {
  for (const cluster of open.splice(0)) expect(await cluster.close()).toBe(0);
});

async function scene(objects: readonly KubeObject[] = [], options: Partial<ControllersOptions> = {}) {
  const cluster = createTestCluster(objects);
  open.push(cluster);
  await cluster.start(options);
  return cluster;
}

const namespace = (name: string): coreV1.Namespace => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
const configMap = (name: string, metadata: metaV1.ObjectMeta = {}): coreV1.ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'prod', uid: name, ...metadata } });
const owner = (name: string, rest: Partial<metaV1.OwnerReference> = {}): metaV1.OwnerReference => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: name, ...rest });

function pod(name: string, spec: Partial<coreV1.PodSpec> = {}): coreV1.Pod {
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'prod' }, spec: { containers: [], nodeName: 'n1', ...spec }, status: { phase: 'Running', conditions: [ready] } };
}

describe('namespaces', () => {
  it('have a default service account, again after it was deleted, and the certificate authority', async () => {
    const { client, clock } = await scene([namespace('prod')], { rootCa: 'PEM' });
    const accounts = () => client.objects(SERVICEACCOUNTS).map(({ metadata }) => metadata?.name);
    expect(accounts()).toEqual(['default']);
    expect(client.objects(CONFIGMAPS)[0]).toMatchObject({ metadata: { name: 'kube-root-ca.crt', namespace: 'prod' }, data: { 'ca.crt': 'PEM' } });
    await client.resource(SERVICEACCOUNTS, 'prod').delete('default');
    await clock.advanceAndSettle(1000);
    expect(accounts()).toEqual(['default']);
  });

  it('that are deleted end when their pods and then all else have ended', async () => {
    const { client, clock } = await scene([namespace('prod'), namespace('other')]);
    simulateKubelet(client, clock, { delay: () => 3000 });
    client.seed(pod('a'), configMap('c'), { ...configMap('kept'), metadata: { name: 'kept', namespace: 'other' } });
    await client.resource(NAMESPACES).delete('prod');
    await clock.advanceAndSettle(1000);
    const [left] = client.objects(NAMESPACES).filter(({ metadata }) => metadata?.name === 'prod');
    expect(left?.status?.conditions?.find(({ type }) => type === 'NamespaceContentRemaining')).toMatchObject({ status: 'True', message: 'Some resources are remaining: pods. has 1 resource instances' });
    expect(client.objects(CONFIGMAPS, 'prod')).toHaveLength(1);
    await clock.advanceAndSettle(30_000);
    expect(client.objects(NAMESPACES).map(({ metadata }) => metadata?.name)).toEqual(['other']);
    expect([client.objects(PODS), client.objects(CONFIGMAPS, 'prod'), client.objects(SERVICEACCOUNTS, 'prod')]).toEqual([[], [], []]);
    expect(client.objects(CONFIGMAPS, 'other')).toHaveLength(1);
  });

  it('stay while something in them cannot be deleted, say what holds it, and end when it is let go', async () => {
    const { client, clock } = await scene([namespace('prod'), configMap('held', { finalizers: ['example.com/keep'] })]);
    await client.resource(NAMESPACES).delete('prod');
    await clock.advanceAndSettle(5000);
    const condition = client.objects(NAMESPACES)[0]?.status?.conditions?.find(({ type }) => type === 'NamespaceFinalizersRemaining');
    expect(condition?.message).toBe('Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances');
    await client.resource(CONFIGMAPS, 'prod').patch('held', 'application/merge-patch+json', { metadata: { finalizers: null } });
    await clock.advanceAndSettle(20_000);
    expect(client.objects(NAMESPACES)).toEqual([]);
  });

  it('end although deletes fail at first', async () => {
    const { client, clock } = await scene([namespace('prod'), configMap('c')]);
    client.failNext(({ method, path }) => method === 'DELETE' && path.includes('configmaps'), newInternalError('down'), 3);
    await client.resource(NAMESPACES).delete('prod');
    await clock.advanceAndSettle(60_000);
    expect(client.objects(NAMESPACES)).toEqual([]);
  });
});

describe('garbage collection', () => {
  const names = ({ client }: TestCluster) => client.objects(CONFIGMAPS).map(({ metadata }) => metadata?.name);
  const family = [configMap('grandparent'), configMap('parent', { ownerReferences: [owner('grandparent')] }), configMap('child', { ownerReferences: [owner('parent')] })];

  it('takes dependents in the background, generation by generation', async () => {
    const cluster = await scene(family);
    await cluster.client.resource(CONFIGMAPS, 'prod').delete('grandparent', { propagationPolicy: 'Background' });
    await cluster.clock.advanceAndSettle(5000);
    expect(names(cluster)).toEqual([]);
  });

  it('takes what was orphaned while nobody watched, but nothing whose owner is only not yet seen', async () => {
    const cluster = await scene([...family, configMap('lost', { ownerReferences: [owner('never')] }), configMap('renamed', { ownerReferences: [owner('parent', { uid: 'older' })] })]);
    await cluster.clock.advanceAndSettle(5000);
    expect(names(cluster)).toEqual(['child', 'grandparent', 'parent']);
  });

  it.each(['before', 'after'])('takes what says that it belongs to an object of another namespace, seen %s it, and nothing of what does', async (order) => {
    const abroad = { ...configMap('abroad', { ownerReferences: [owner('a')] }), metadata: { ...configMap('abroad', { ownerReferences: [owner('a')] }).metadata, namespace: 'else' } };
    const own = [configMap('a'), configMap('child', { ownerReferences: [owner('a')] })];
    const cluster = await scene(order === 'before' ? [abroad] : own);
    cluster.client.seed(...(order === 'before' ? own : [abroad]));
    await cluster.clock.advanceAndSettle(60_000);
    expect(names(cluster)).toEqual(['a', 'child']);
    await cluster.client.resource(CONFIGMAPS, 'prod').delete('a', { propagationPolicy: 'Background' });
    await cluster.clock.advanceAndSettle(5000);
    expect(names(cluster)).toEqual([]);
  });

  it('leaves an object that has another owner, without the reference to the lost one', async () => {
    const cluster = await scene([configMap('a'), configMap('b'), configMap('child', { ownerReferences: [owner('a'), owner('b')] })]);
    await cluster.client.resource(CONFIGMAPS, 'prod').delete('a');
    await cluster.clock.advanceAndSettle(5000);
    expect(names(cluster)).toEqual(['b', 'child']);
    expect(cluster.client.objects(CONFIGMAPS)[1]?.metadata?.ownerReferences?.map(({ uid }) => uid)).toEqual(['b']);
  });

  it('keeps the owner in the foreground until what blocks it is gone', async () => {
    const cluster = await scene([configMap('a'), configMap('blocks', { ownerReferences: [owner('a', { blockOwnerDeletion: true })], finalizers: ['example.com/keep'] })]);
    const maps = cluster.client.resource(CONFIGMAPS, 'prod');
    await maps.delete('a', { propagationPolicy: 'Foreground' });
    await cluster.clock.advanceAndSettle(5000);
    expect(names(cluster)).toEqual(['a', 'blocks']);
    await maps.patch('blocks', 'application/merge-patch+json', { metadata: { finalizers: null } });
    await cluster.clock.advanceAndSettle(5000);
    expect(names(cluster)).toEqual([]);
  });

  it('ends a circle of owners that wait for each other', async () => {
    const cluster = await scene([configMap('a', { ownerReferences: [owner('b', { blockOwnerDeletion: true })] }), configMap('b', { ownerReferences: [owner('a', { blockOwnerDeletion: true })] })]);
    await cluster.client.resource(CONFIGMAPS, 'prod').delete('a', { propagationPolicy: 'Foreground' });
    await cluster.clock.advanceAndSettle(60_000);
    expect(names(cluster)).toEqual([]);
  });

  it('lets dependents live where the owner was told to orphan them', async () => {
    const cluster = await scene([configMap('a'), configMap('child', { ownerReferences: [owner('a')] })]);
    await cluster.client.resource(CONFIGMAPS, 'prod').delete('a', { propagationPolicy: 'Orphan' });
    await cluster.clock.advanceAndSettle(5000);
    expect(names(cluster)).toEqual(['child']);
    expect(cluster.client.objects(CONFIGMAPS)[0]?.metadata?.ownerReferences ?? []).toEqual([]);
  });

  it('takes the replica sets and the pods of a deployment that is deleted', async () => {
    const { client, clock, pods, replicaSets } = await scene();
    simulateKubelet(client, clock, { delay: () => 20 });
    const deployments = client.resource<KubeObject>({ group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment' }, 'prod');
    await deployments.create(webDeployment(3, 'nginx:1'));
    await clock.advanceAndSettle(1000);
    expect(pods()).toHaveLength(3);
    await deployments.delete('web', { propagationPolicy: 'Background' });
    await clock.advanceAndSettle(5000);
    expect([pods(), replicaSets()]).toEqual([[], []]);
  });
});

describe('nodes', () => {
  const node = (name = 'n1'): coreV1.Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
  });
  const patience = (tolerationSeconds?: number): coreV1.Toleration[] => [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds }];
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n1', namespace: 'kube-node-lease' }, spec: { renewTime: '2026-01-01T00:00:00.000000Z' } };
  const ready = ({ client }: TestCluster) => client.objects(NODES)[0]?.status?.conditions?.find(({ type }) => type === 'Ready');
  const taints = ({ client }: TestCluster) => client.objects(NODES)[0]?.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`) ?? [];

  it('that are silent for the grace period are unknown and tainted, and their pods not ready', async () => {
    const cluster = await scene([node(), lease, pod('a', { tolerations: patience(300) })]);
    await cluster.clock.advanceAndSettle(39_000);
    expect([ready(cluster)?.status, taints(cluster)]).toEqual(['True', []]);
    await cluster.clock.advanceAndSettle(2_000);
    expect(ready(cluster)).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown' });
    expect(taints(cluster)).toEqual(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
    expect(cluster.pods()[0]?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
    expect(cluster.client.objects(EVENTS).map(({ reason }) => reason)).toContain('NodeNotReady');
  });

  it('that renew their lease stay ready, and are ready again, without taints, when they come back', async () => {
    const cluster = await scene([node(), lease]);
    const leases = cluster.client.resource(LEASES, 'kube-node-lease');
    for (let beat = 1; beat <= 10; beat += 1) {
      await leases.patch('n1', 'application/merge-patch+json', { spec: { renewTime: `2026-01-01T00:0${beat % 10}:00.000000Z` } });
      await cluster.clock.advanceAndSettle(10_000);
    }
    expect(ready(cluster)?.status).toBe('True');
    await cluster.clock.advanceAndSettle(60_000);
    expect(taints(cluster)).toHaveLength(2);
    await cluster.client.resource(NODES).patch('n1', 'application/strategic-merge-patch+json', { status: { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: '2026-01-01T00:09:00Z' }] } }, { subresource: 'status' });
    await cluster.clock.advanceAndSettle(1000);
    expect([ready(cluster)?.status, taints(cluster)]).toEqual(['True', []]);
  });

  it('that are lost lose their pods when the patience of each is over', async () => {
    const cluster = await scene([node(), pod('brief', { tolerations: patience(10) }), pod('patient', { tolerations: patience(300) }), pod('faithful', { tolerations: patience() }), pod('none')]);
    simulateKubelet(cluster.client, cluster.clock, { delay: () => 1 });
    await cluster.clock.advanceAndSettle(45_000);
    expect(cluster.pods().map(({ metadata }) => metadata?.name)).toEqual(['brief', 'faithful', 'patient']);
    await cluster.clock.advanceAndSettle(15_000);
    expect(cluster.pods().map(({ metadata }) => metadata?.name)).toEqual(['faithful', 'patient']);
    await cluster.clock.advanceAndSettle(400_000);
    expect(cluster.pods().map(({ metadata }) => metadata?.name)).toEqual(['faithful']);
  });

  it('lose nothing to a controller that has only just started, though they were tainted long ago', async () => {
    const lost: coreV1.Node = { ...node(), spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2025-01-01T00:00:00Z' }] } };
    const silent: coreV1.Node = { ...lost, status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] } };
    const cluster = await scene([silent, pod('a', { tolerations: patience(300) })]);
    simulateKubelet(cluster.client, cluster.clock, { delay: () => 1 });
    await cluster.clock.advanceAndSettle(39_000);
    expect(cluster.pods()).toHaveLength(1);
    await cluster.clock.advanceAndSettle(2_000);
    expect(cluster.pods()).toHaveLength(0);
  });

  it('that are deleted leave no pods behind', async () => {
    const cluster = await scene([node(), pod('a'), pod('b', { nodeName: 'n2' })]);
    await cluster.clock.advanceAndSettle(30_000);
    expect(cluster.pods()).toHaveLength(2);
    await cluster.clock.advanceAndSettle(40_000);
    expect(cluster.pods().map(({ metadata }) => metadata?.name)).toEqual(['a']);
  });
});

describe('election', () => {
  it('lets one of two work, and the other go on when the first is killed', async () => {
    const cluster = createTestCluster();
    open.push(cluster);
    simulateKubelet(cluster.client, cluster.clock, { delay: () => 20 });
    const first = await cluster.start({ leaderElection: {} });
    const second = await cluster.start({ leaderElection: {} });
    expect([first.isLeader, second.isLeader]).toEqual([true, false]);
    await cluster.client.resource<KubeObject>({ group: 'apps', version: 'v1', resource: 'deployments' }, 'prod').create(webDeployment(2, 'nginx:1'));
    await cluster.clock.advanceAndSettle(1000);
    await first.kill();
    await cluster.client.resource(REPLICASETS, 'prod').delete(cluster.replicaSets()[0]?.metadata?.name ?? '');
    await cluster.clock.advanceAndSettle(10_000);
    expect(cluster.replicaSets()).toHaveLength(0);
    await cluster.clock.advanceAndSettle(20_000);
    expect(second.isLeader).toBe(true);
    expect(cluster.replicaSets()).toHaveLength(1);
  });
});
