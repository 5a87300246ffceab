import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../../test-api.suite.js';

let first: TestApi;
let second: TestApi;
beforeAll(async () => {
  first = await startTestApi();
  second = await startTestApi({ beside: first });
});
afterAll(async () => {
  await second.stop();
  await first.stop();
});

const nothing = { containers: [{ name: 'c', image: 'i' }] };
const ask = (requests: object, limits: object = {}): object => ({ containers: [{ name: 'c', image: 'i', resources: { requests, limits } }] });
const inNamespace = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;

/** A namespace with a quota as its controller leaves it: nothing is used. Both replicas know it. */
async function quotaIn(namespace: string, hard: Record<string, string>, spec: object = {}, used?: Record<string, string>): Promise<void> {
  await first.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const { body } = await first.call('POST', inNamespace(namespace, 'resourcequotas'), { metadata: { name: 'q' }, spec: { hard, ...spec } });
  const zero = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  await first.call('PUT', `${inNamespace(namespace, 'resourcequotas')}/q/status`, { ...body, status: { hard, used: used ?? zero } });
  for (const api of [first, second]) await expect.poll(async () => (await statusOf(namespace, api))?.hard !== undefined).toBe(true);
}

async function statusOf(namespace: string, api: TestApi): Promise<{ hard?: object } | undefined> {
  return (await api.call('GET', `${inNamespace(namespace, 'resourcequotas')}/q?resourceVersion=0`)).body.status;
}

const create = (namespace: string, plural: string, body: object, api = first, query = ''): Promise<TestAnswer> => api.call('POST', `${inNamespace(namespace, plural)}${query}`, body);
const pod = (namespace: string, name: string, spec: object = nothing, query = ''): Promise<TestAnswer> => create(namespace, 'pods', { metadata: { name }, spec }, first, query);
const counts = async (namespace: string): Promise<Record<string, string>> => (await first.call('GET', `${inNamespace(namespace, 'resourcequotas')}/q`)).body.status.used;

describe('a quota', () => {
  it('lets in what fits, notes it at once, and says what does not fit', async () => {
    await quotaIn('fits', { pods: '1', 'requests.cpu': '1', 'limits.memory': '2Gi' });
    expect((await pod('fits', 'a', ask({ cpu: '600m' }, { memory: '1Gi' }))).status).toBe(201);
    expect(await counts('fits')).toEqual({ 'limits.memory': '1Gi', pods: '1', 'requests.cpu': '600m' });
    const refused = await pod('fits', 'b', ask({ cpu: '500m' }, { memory: '1Gi' }));
    expect([refused.status, refused.body.message]).toEqual([403, 'pods "b" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=500m, used: pods=1,requests.cpu=600m, limited: pods=1,requests.cpu=1']);
  });

  it('refuses with the warnings of what it refuses', async () => {
    await quotaIn('warns', { pods: '0' });
    const twice = { containers: [{ name: 'c', image: 'i', env: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] }] };
    const { status, headers } = await pod('warns', 'a', twice);
    expect([status, headers['warning']]).toEqual([403, '299 - "spec.containers[0].env[1]: hides previous definition of \\"A\\", which may be dropped when using apply"']);
  });

  it('wants to hear of every container what it limits', async () => {
    await quotaIn('says', { cpu: '4', 'limits.memory': '1Gi' });
    const { status, body } = await pod('says', 'a', { containers: [{ name: 'x', image: 'i', resources: { requests: { cpu: '1' } } }, { name: 'y', image: 'i' }] });
    expect([status, body.message]).toEqual([403, 'pods "a" is forbidden: failed quota: q: must specify cpu for: y; limits.memory for: x,y']);
  });

  it('lets nothing in as long as nobody said what is used', async () => {
    await quotaIn('unknown', { pods: '5' }, {}, {});
    expect((await pod('unknown', 'a')).body.message).toBe('pods "a" is forbidden: status unknown for quota: q, resources: pods');
  });

  it('counts nothing of a dry run, but says what would be', async () => {
    await quotaIn('dry', { pods: '1' });
    expect((await pod('dry', 'a', nothing, '?dryRun=All')).status).toBe(201);
    expect(await counts('dry')).toEqual({ pods: '0' });
    await pod('dry', 'a');
    expect((await pod('dry', 'b', nothing, '?dryRun=All')).status).toBe(403);
  });

  it('counts nothing of what is refused, nor of a name that is taken', async () => {
    await quotaIn('refused', { pods: '5', configmaps: '5' });
    expect((await pod('refused', 'A_')).status).toBe(422);
    expect((await pod('refused', 'a')).status).toBe(201);
    expect((await pod('refused', 'a')).status).toBe(409);
    expect(await counts('refused')).toEqual({ configmaps: '0', pods: '1' });
  });

  it('counts objects of every kind, by their old names and by the general ones', async () => {
    await quotaIn('counts', { configmaps: '1', 'count/secrets': '1', 'count/deployments.apps': '1', 'count/replicationcontrollers': '2', resourcequotas: '2' });
    expect((await create('counts', 'configmaps', { metadata: { name: 'a' } })).status).toBe(201);
    expect((await create('counts', 'configmaps', { metadata: { name: 'b' } })).body.message).toBe('configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1');
    expect((await create('counts', 'secrets', { metadata: { name: 'a' } })).status).toBe(201);
    expect((await create('counts', 'secrets', { metadata: { name: 'b' } })).body.message).toContain('exceeded quota: q, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1');
    const deployment = { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: nothing } } };
    expect((await first.call('POST', '/apis/apps/v1/namespaces/counts/deployments', deployment)).status).toBe(201);
    expect((await create('counts', 'resourcequotas', { metadata: { name: 'more' } })).status).toBe(201);
    expect(await counts('counts')).toEqual({ configmaps: '1', 'count/deployments.apps': '1', 'count/replicationcontrollers': '0', 'count/secrets': '1', resourcequotas: '1' });
  });

  it('counts node ports and load balancers, when a Service becomes one, too', async () => {
    await quotaIn('services', { services: '5', 'services.nodeports': '2', 'services.loadbalancers': '1' });
    const service = (name: string, type: string, ports = 1): Promise<TestAnswer> =>
      create('services', 'services', { metadata: { name }, spec: { type, ports: Array.from({ length: ports }, (_, index) => ({ name: `p${String(index)}`, port: 80 + index })) } });
    expect((await service('a', 'ClusterIP')).status).toBe(201);
    expect((await service('b', 'NodePort', 3)).body.message).toContain('exceeded quota: q, requested: services.nodeports=3, used: services.nodeports=0, limited: services.nodeports=2');
    expect((await service('c', 'LoadBalancer')).status).toBe(201);
    const merge = { 'content-type': 'application/merge-patch+json' };
    expect((await first.call('PATCH', `${inNamespace('services', 'services')}/a`, { spec: { type: 'LoadBalancer' } }, merge)).body.message).toContain('exceeded quota: q, requested: services.loadbalancers=1, used: services.loadbalancers=1');
    expect((await first.call('PATCH', `${inNamespace('services', 'services')}/a`, { spec: { type: 'NodePort' } }, merge)).status).toBe(200);
    expect((await first.call('PATCH', `${inNamespace('services', 'services')}/c`, { spec: { type: 'ClusterIP' } }, merge)).status).toBe(200);
    expect(await counts('services')).toEqual({ services: '2', 'services.loadbalancers': '0', 'services.nodeports': '1' });
  });

  it.each([
    ['BestEffort', nothing, ask({ cpu: '1' })],
    ['NotBestEffort', ask({ cpu: '1' }), nothing],
    ['Terminating', { ...nothing, activeDeadlineSeconds: 60 }, nothing],
    ['NotTerminating', nothing, { ...nothing, activeDeadlineSeconds: 60 }],
    ['PriorityClass', { ...nothing, priorityClassName: 'system-node-critical' }, nothing],
    ['CrossNamespacePodAffinity', { ...nothing, affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k', namespaces: ['b'] }] } } }, nothing],
  ])('of scope %s counts the pods in it alone', async (scope, inside, outside) => {
    const namespace = `scope-${scope.toLowerCase()}`;
    await quotaIn(namespace, { pods: '1' }, { scopes: [scope] });
    expect((await pod(namespace, 'out', outside)).status).toBe(201);
    expect(await counts(namespace)).toEqual({ pods: '0' });
    expect((await pod(namespace, 'in', inside)).status).toBe(201);
    expect((await pod(namespace, 'more', inside)).status).toBe(403);
    expect(await counts(namespace)).toEqual({ pods: '1' });
  });

  it('with a selector of scopes counts the pods of some priority classes', async () => {
    await quotaIn('selector', { pods: '1' }, { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] }] } });
    expect((await pod('selector', 'other', { ...nothing, priorityClassName: 'system-cluster-critical' })).status).toBe(201);
    expect((await pod('selector', 'a', { ...nothing, priorityClassName: 'system-node-critical' })).status).toBe(201);
    expect((await pod('selector', 'b', { ...nothing, priorityClassName: 'system-node-critical' })).status).toBe(403);
  });

  it('is never exceeded, and never more is noted than there is, by two replicas that write at once', async () => {
    await quotaIn('race', { configmaps: '10' });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => create('race', 'configmaps', { metadata: { name: `c-${String(index)}` } }, index % 2 === 0 ? first : second)));
    const statuses = answers.map(({ status }) => status);
    expect([statuses.filter((status) => status === 201).length, statuses.filter((status) => status === 403).length]).toEqual([10, 30]);
    expect((await first.call('GET', inNamespace('race', 'configmaps'))).body.items).toHaveLength(10);
    expect(await counts('race')).toEqual({ configmaps: '10' });
  });

  it('that has room again admits at once, though the cache has not seen it', async () => {
    await quotaIn('room', { configmaps: '1' });
    await create('room', 'configmaps', { metadata: { name: 'a' } });
    const { body } = await first.call('GET', `${inNamespace('room', 'resourcequotas')}/q`);
    await first.call('PUT', `${inNamespace('room', 'resourcequotas')}/q/status`, { ...body, status: { hard: { configmaps: '1' }, used: { configmaps: '0' } } });
    expect((await create('room', 'configmaps', { metadata: { name: 'b' } }, second)).status).toBe(201);
  });
});
