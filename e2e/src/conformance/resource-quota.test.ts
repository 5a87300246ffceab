import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { conformanceCluster, STRATEGIC, WAIT, type Answer, type ConformanceCluster } from '../kit/conformance-cluster.js';

let test: ConformanceCluster;
beforeAll(async () => {
  test = await conformanceCluster('quota');
});
afterAll(() => test?.dispose());

type Amounts = Record<string, string>;

const DEVICE = 'example.com/dongle';
const HARD: Amounts = {
  pods: '5', services: '10', 'services.nodeports': '1', 'services.loadbalancers': '1', replicationcontrollers: '10', resourcequotas: '1', cpu: '1', memory: '500Mi', configmaps: '10', secrets: '10',
  persistentvolumeclaims: '10', 'requests.storage': '10Gi', 'ephemeral-storage': '50Gi', 'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '10',
  'gold.storageclass.storage.k8s.io/requests.storage': '10Gi', 'count/replicasets.apps': '5', [`requests.${DEVICE}`]: '3',
};

const inNamespace = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;
const quotas = (namespace: string): string => inNamespace(namespace, 'resourcequotas');

/** The quota's status is of its spec, and at least this is used. */
function used(namespace: string, name: string, amounts: Amounts): Promise<void> {
  return vi.waitFor(async () => {
    const { spec, status } = await test.ok('GET', `${quotas(namespace)}/${name}`);
    expect([status.hard, status.used]).toMatchObject([spec.hard, amounts]);
  }, WAIT);
}

async function quotaIn(namespace: string, hard: Amounts = HARD, name = 'test-quota', spec: object = {}): Promise<void> {
  await test.ok('POST', quotas(namespace), { metadata: { name }, spec: { hard, ...spec } });
  await used(namespace, name, Object.fromEntries(Object.keys(hard).filter((one) => one === 'pods').map((one) => [one, '0'])));
}

const make = (namespace: string, plural: string, name: string, fields: object = {}): Promise<Answer> => test.ask('POST', inNamespace(namespace, plural), { metadata: { name }, ...fields });
const podSpec = (requests: Amounts = {}, limits: Amounts = {}, more: object = {}): object => ({ spec: { containers: [{ name: 'pause', image: 'pause:1', resources: { requests, limits } }], ...more } });
const service = (type: string): object => ({ spec: { type, ports: [{ port: 80, targetPort: 80 }] } });
const remove = (namespace: string, plural: string, name: string): Promise<unknown> => test.ok('DELETE', `${inNamespace(namespace, plural)}/${name}?gracePeriodSeconds=0`);
const workload = (name: string): object => ({ replicas: 0, template: { metadata: { labels: { name } }, spec: { containers: [{ name, image: 'nginx:1' }] } } });

describe('[sig-api-machinery] ResourceQuota', () => {
  it('should create a ResourceQuota and ensure its status is promptly calculated. [Conformance]', async () => {
    const namespace = await test.namespace();
    await quotaIn(namespace);
    await used(namespace, 'test-quota', { resourcequotas: '1' });
  });

  it('should create a ResourceQuota and capture the life of a service. [Conformance]', async () => {
    const namespace = await test.namespace();
    await quotaIn(namespace);
    expect([(await make(namespace, 'services', 'test-service', service('ClusterIP'))).status, (await make(namespace, 'services', 'test-service-np', service('NodePort'))).status]).toEqual([201, 201]);
    expect((await make(namespace, 'services', 'test-service-lb', service('LoadBalancer'))).body.message).toContain('exceeded quota: test-quota, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1');
    await used(namespace, 'test-quota', { resourcequotas: '1', services: '2', 'services.nodeports': '1' });
    for (const name of ['test-service', 'test-service-np']) await remove(namespace, 'services', name);
    await used(namespace, 'test-quota', { services: '0', 'services.nodeports': '0' });
  });

  it('should create a ResourceQuota and capture the life of a secret. [Conformance]', async () => {
    const namespace = await test.namespace();
    await quotaIn(namespace);
    expect((await make(namespace, 'secrets', 'test-secret', { data: { 'data-1': 'dmFsdWUtMQo=' } })).status).toBe(201);
    await used(namespace, 'test-quota', { secrets: '1' });
    await remove(namespace, 'secrets', 'test-secret');
    await used(namespace, 'test-quota', { secrets: '0' });
  });

  it('should create a ResourceQuota and capture the life of a pod. [Conformance]', async () => {
    const namespace = await test.namespace();
    await quotaIn(namespace);
    const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', [DEVICE]: '2' };
    expect((await make(namespace, 'pods', 'test-pod', podSpec(requests, { [DEVICE]: '2' }))).status).toBe(201);
    const usage = { resourcequotas: '1', pods: '1', cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', [`requests.${DEVICE}`]: '2' };
    await used(namespace, 'test-quota', usage);
    expect((await make(namespace, 'pods', 'fail-pod', podSpec({ cpu: '600m', memory: '100Mi' }))).status).toBe(403);
    expect((await make(namespace, 'pods', 'fail-pod-for-extended-resource', podSpec({ ...requests, memory: '100Mi' }, { [DEVICE]: '2' }))).status).toBe(403);
    const pod = await test.ok('GET', `${inNamespace(namespace, 'pods')}/test-pod`);
    pod.spec.containers[0].resources.requests = { cpu: '100m', memory: '100Mi', 'ephemeral-storage': '10Gi' };
    expect((await test.ask('PUT', `${inNamespace(namespace, 'pods')}/test-pod`, pod)).status).toBe(422);
    await used(namespace, 'test-quota', usage);
    await remove(namespace, 'pods', 'test-pod');
    await used(namespace, 'test-quota', { resourcequotas: '1', pods: '0', cpu: '0', memory: '0', 'ephemeral-storage': '0', [`requests.${DEVICE}`]: '0' });
  });

  it('should create a ResourceQuota and capture the life of a configMap. [Conformance]', async () => {
    const namespace = await test.namespace();
    // The certificate authority's is one of the namespace's from the start.
    await vi.waitFor(() => test.ok('GET', `${inNamespace(namespace, 'configmaps')}/kube-root-ca.crt`), WAIT);
    await quotaIn(namespace);
    await used(namespace, 'test-quota', { configmaps: '1' });
    expect((await make(namespace, 'configmaps', 'test-configmap', { data: { a: 'b' } })).status).toBe(201);
    await used(namespace, 'test-quota', { configmaps: '2' });
    await remove(namespace, 'configmaps', 'test-configmap');
    await used(namespace, 'test-quota', { configmaps: '1' });
  });

  it('should create a ResourceQuota and capture the life of a replication controller. [Conformance]', async () => {
    const namespace = await test.namespace();
    await quotaIn(namespace);
    expect((await make(namespace, 'replicationcontrollers', 'test-rc', { spec: workload('test-rc') })).status).toBe(201);
    await used(namespace, 'test-quota', { replicationcontrollers: '1' });
    await remove(namespace, 'replicationcontrollers', 'test-rc');
    await used(namespace, 'test-quota', { replicationcontrollers: '0' });
  });

  it('should create a ResourceQuota and capture the life of a replica set. [Conformance]', async () => {
    const namespace = await test.namespace();
    await quotaIn(namespace);
    const sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
    await test.ok('POST', sets, { metadata: { name: 'test-rs' }, spec: { ...workload('test-rs'), selector: { matchLabels: { name: 'test-rs' } } } });
    await used(namespace, 'test-quota', { 'count/replicasets.apps': '1' });
    await test.ok('DELETE', `${sets}/test-rs`);
    await used(namespace, 'test-quota', { 'count/replicasets.apps': '0' });
  });

  it('should verify ResourceQuota with terminating scopes. [Conformance]', async () => {
    const namespace = await test.namespace();
    const hard = { pods: '5', 'requests.cpu': '1', 'requests.memory': '500Mi', 'limits.cpu': '2', 'limits.memory': '1Gi' };
    await quotaIn(namespace, hard, 'quota-terminating', { scopes: ['Terminating'] });
    await quotaIn(namespace, hard, 'quota-not-terminating', { scopes: ['NotTerminating'] });
    const [requests, limits] = [{ cpu: '500m', memory: '200Mi' }, { cpu: '1', memory: '400Mi' }];
    const all = { pods: '1', 'requests.cpu': '500m', 'requests.memory': '200Mi', 'limits.cpu': '1', 'limits.memory': '400Mi' };
    const none = { pods: '0', 'requests.cpu': '0', 'requests.memory': '0', 'limits.cpu': '0', 'limits.memory': '0' };
    const expectBoth = async (terminating: Amounts, other: Amounts): Promise<void> => {
      await used(namespace, 'quota-terminating', terminating);
      await used(namespace, 'quota-not-terminating', other);
    };
    await make(namespace, 'pods', 'test-pod', podSpec(requests, limits));
    await expectBoth(none, all);
    await remove(namespace, 'pods', 'test-pod');
    await expectBoth(none, none);
    await make(namespace, 'pods', 'terminating-pod', podSpec(requests, limits, { activeDeadlineSeconds: 3600 }));
    await expectBoth(all, none);
    await remove(namespace, 'pods', 'terminating-pod');
    await expectBoth(none, none);
  });

  it('should verify ResourceQuota with best effort scope. [Conformance]', async () => {
    const namespace = await test.namespace();
    await quotaIn(namespace, { pods: '5' }, 'quota-besteffort', { scopes: ['BestEffort'] });
    await quotaIn(namespace, { pods: '5' }, 'quota-not-besteffort', { scopes: ['NotBestEffort'] });
    const pairs: [string, object, string, string][] = [['best-effort', podSpec(), '1', '0'], ['not-best-effort', podSpec({ cpu: '500m' }, { cpu: '1' }), '0', '1']];
    for (const [name, fields, best, other] of pairs) {
      await make(namespace, 'pods', name, fields);
      await used(namespace, 'quota-besteffort', { pods: best });
      await used(namespace, 'quota-not-besteffort', { pods: other });
      await remove(namespace, 'pods', name);
      await used(namespace, 'quota-besteffort', { pods: '0' });
      await used(namespace, 'quota-not-besteffort', { pods: '0' });
    }
  });

  it('should be able to update and delete ResourceQuota. [Conformance]', async () => {
    const namespace = await test.namespace();
    const quota = await test.ok('POST', quotas(namespace), { metadata: { name: 'test-quota' }, spec: { hard: { cpu: '1', memory: '500Mi' } } });
    expect(quota.spec.hard).toEqual({ cpu: '1', memory: '500Mi' });
    const current = await test.ok('GET', `${quotas(namespace)}/test-quota`);
    delete current.metadata.resourceVersion;
    const updated = await test.ok('PUT', `${quotas(namespace)}/test-quota`, { ...current, spec: { hard: { cpu: '2', memory: '1Gi' } } });
    expect(updated.spec.hard).toEqual({ cpu: '2', memory: '1Gi' });
    await test.ok('DELETE', `${quotas(namespace)}/test-quota`);
    expect((await test.ask('GET', `${quotas(namespace)}/test-quota`)).status).toBe(404);
  });

  it('should manage the lifecycle of a ResourceQuota [Conformance]', async () => {
    const namespace = await test.namespace();
    await test.ok('POST', quotas(namespace), { metadata: { name: 'e2e-quota', labels: { 'e2e-rq-label': namespace } }, spec: { hard: { cpu: '1', memory: '500Mi' } } });
    const selector = `labelSelector=e2e-rq-label%3D${namespace}`;
    const { items } = await test.ok('GET', `/api/v1/resourcequotas?${selector}`);
    expect(items).toHaveLength(1);
    const patched = await test.ok('PATCH', `${quotas(namespace)}/e2e-quota`, { metadata: { labels: { 'e2e-quota': 'patched' } }, spec: { hard: { memory: '750Mi' } } }, STRATEGIC);
    expect([patched.metadata.labels['e2e-quota'], patched.spec.hard]).toEqual(['patched', { cpu: '1', memory: '750Mi' }]);
    expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(items[0].metadata.resourceVersion));
    await test.ok('DELETE', `${quotas(namespace)}?${selector}`);
    expect((await test.ask('GET', `${quotas(namespace)}/e2e-quota`)).status).toBe(404);
  });

  it('should apply changes to a resourcequota status [Conformance]', async () => {
    const namespace = await test.namespace();
    const path = `${quotas(namespace)}/e2e-rq-status`;
    await test.ok('POST', quotas(namespace), { metadata: { name: 'e2e-rq-status' }, spec: { hard: { cpu: '500m', memory: '500Mi' } } });
    // The loop writes the same status: whoever is second starts over.
    await vi.waitFor(async () => {
      const quota = await test.ok('GET', path);
      const { status, body } = await test.ask('PUT', `${path}/status`, { ...quota, status: { hard: quota.spec.hard } });
      expect([status, body.status.hard]).toEqual([200, { cpu: '500m', memory: '500Mi' }]);
    }, WAIT);
    await test.ok('PATCH', path, { spec: { hard: { cpu: '1', memory: '1Gi' } } }, STRATEGIC);
    await test.ok('PATCH', `${path}/status`, { status: { hard: { cpu: '1', memory: '1Gi' } } }, STRATEGIC);
    expect((await test.ok('GET', `${path}/status`)).status.hard).toEqual({ cpu: '1', memory: '1Gi' });
    const repatched = await test.ok('PATCH', `${path}/status`, { status: { hard: { cpu: '2', memory: '2Gi' } } }, STRATEGIC);
    expect([repatched.status.hard, repatched.spec.hard]).toEqual([{ cpu: '2', memory: '2Gi' }, { cpu: '1', memory: '1Gi' }]);
    await used(namespace, 'e2e-rq-status', {});
  });

  it('holds back the pods of a controller, which says so, until there is room', async () => {
    const namespace = await test.namespace();
    await quotaIn(namespace, { pods: '2' });
    const path = `${inNamespace(namespace, 'replicationcontrollers')}/rc`;
    await make(namespace, 'replicationcontrollers', 'rc', { spec: { ...workload('rc'), replicas: 3 } });
    await vi.waitFor(async () => {
      const { status } = await test.ok('GET', path);
      expect([status.replicas, status.conditions]).toMatchObject([2, [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: expect.stringContaining('exceeded quota: test-quota, requested: pods=1, used: pods=2, limited: pods=2') }]]);
    }, WAIT);
    await test.ok('PATCH', `${quotas(namespace)}/test-quota`, { spec: { hard: { pods: '3' } } }, STRATEGIC);
    await test.ok('PATCH', path, { metadata: { annotations: { touched: 'yes' } } }, STRATEGIC);
    await vi.waitFor(async () => expect((await test.ok('GET', path)).status.replicas).toBe(3), WAIT);
  });
});
