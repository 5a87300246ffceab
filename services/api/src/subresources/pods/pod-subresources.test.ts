import { afterAll, beforeAll, describe, expect, it, test as each } from 'vitest';
import { startTestApi } from '../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../test-api.suite.js';

let test: TestApi;
let count = 0;
beforeAll(async () => {
  test = await startTestApi();
  await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'ns' } });
});
afterAll(() => test.stop());

const PODS = '/api/v1/namespaces/ns/pods';
const types = { merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json', json: 'application/json-patch+json', apply: 'application/apply-patch+yaml' };
const patch = (path: string, type: keyof typeof types, body: unknown, query = ''): Promise<TestAnswer> => test.call('PATCH', `${path}${query}`, body, { 'content-type': types[type] });

/** Creates a pod and returns its path. */
async function created(spec: object = {}): Promise<string> {
  const name = `p${String(count++)}`;
  const container = { name: 'main', image: 'busybox:1.36', resources: { requests: { cpu: '100m' } } };
  expect((await test.call('POST', PODS, { metadata: { name }, spec: { containers: [container], ...spec } })).status).toBe(201);
  return `${PODS}/${name}`;
}

it('are discovered, with the verbs that they have', async () => {
  const { resources } = (await test.call('GET', '/api/v1')).body as { resources: { name: string; kind: string; verbs: string[] }[] };
  for (const name of ['pods/ephemeralcontainers', 'pods/resize']) expect(resources.find((each) => each.name === name)).toMatchObject({ kind: 'Pod', verbs: ['get', 'patch', 'update'] });
});

describe('ephemeralcontainers', () => {
  const eye = { name: 'eye', image: 'busybox:1.36', stdin: true, tty: true, targetContainerName: 'main' };

  it('adds containers by patch and by update, and is read as the pod', async () => {
    const path = await created();
    const patched = await patch(`${path}/ephemeralcontainers`, 'strategic', { spec: { ephemeralContainers: [eye] } });
    expect(patched).toMatchObject({ status: 200, body: { metadata: { generation: 2 }, spec: { ephemeralContainers: [{ ...eye, imagePullPolicy: 'IfNotPresent' }] } } });
    const pod = (await test.call('GET', `${path}/ephemeralcontainers`)).body;
    pod.spec.ephemeralContainers.push({ name: 'second', image: 'busybox:1.36' });
    expect((await test.call('PUT', `${path}/ephemeralcontainers`, pod)).body.spec.ephemeralContainers).toHaveLength(2);
    expect((await test.call('GET', path)).body).toEqual((await test.call('GET', `${path}/ephemeralcontainers`)).body);
  });

  it('cannot be set elsewhere', async () => {
    const refused = await test.call('POST', PODS, { metadata: { name: 'early' }, spec: { containers: [{ name: 'main', image: 'busybox:1.36' }], ephemeralContainers: [eye] } });
    expect(refused).toMatchObject({ status: 422, body: { message: expect.stringContaining('spec.ephemeralContainers: Forbidden: cannot be set on create') as string } });
    expect((await patch(await created(), 'strategic', { spec: { ephemeralContainers: [eye] } })).status).toBe(422);
  });

  it('is managed by who adds them', async () => {
    const path = await created();
    const { body } = await patch(`${path}/ephemeralcontainers`, 'strategic', { metadata: { labels: { a: 'b' } }, spec: { ephemeralContainers: [eye] } }, '?fieldManager=debug');
    const manager = (body.metadata.managedFields as { manager: string; fieldsV1: object }[]).find((entry) => entry.manager === 'debug');
    expect(manager).toMatchObject({ operation: 'Update', subresource: 'ephemeralcontainers', fieldsV1: { 'f:spec': { 'f:ephemeralContainers': {} } } });
    expect(Object.keys(manager?.fieldsV1 ?? {})).toEqual(['f:spec']);
  });
});

describe('resize', () => {
  const wanted = { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '200m' } } }] } };

  it('changes cpu and memory by every kind of patch and by update', async () => {
    const path = await created();
    expect(await patch(`${path}/resize`, 'strategic', wanted)).toMatchObject({ status: 200, body: { metadata: { generation: 2 }, spec: { containers: [{ resources: { requests: { cpu: '200m' } } }] } } });
    expect((await patch(`${path}/resize`, 'json', [{ op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: '300m' }])).body.metadata.generation).toBe(3);
    const pod = (await test.call('GET', `${path}/resize`)).body;
    pod.spec.containers[0].resources.requests.memory = '1Mi';
    expect((await test.call('PUT', `${path}/resize`, pod)).body.spec.containers[0].resources.requests).toEqual({ cpu: '300m', memory: '1Mi' });
    const applied = await patch(`${path}/resize`, 'apply', { apiVersion: 'v1', kind: 'Pod', metadata: { name: pod.metadata.name }, spec: { containers: [{ name: 'main', resources: { requests: { cpu: '400m' } } }] } }, '?fieldManager=scaler&force=true');
    expect(applied).toMatchObject({ status: 200, body: { spec: { containers: [{ image: 'busybox:1.36', resources: { requests: { cpu: '400m', memory: '1Mi' } } }] } } });
    const manager = (applied.body.metadata.managedFields as { manager: string }[]).find((entry) => entry.manager === 'scaler');
    expect(manager).toMatchObject({ operation: 'Apply', subresource: 'resize', fieldsV1: { 'f:spec': { 'f:containers': { 'k:{"name":"main"}': { 'f:resources': { 'f:requests': { 'f:cpu': {} } } } } } } });
  });

  it('is the only way to change them', async () => {
    const { status, body } = await patch(await created(), 'strategic', wanted);
    expect([status, body.message]).toEqual([422, expect.stringContaining('pod updates may not change fields other than')]);
  });

  it('says why it refuses', async () => {
    const path = await created();
    const { status, body } = await patch(`${path}/resize`, 'strategic', { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '100m' }, limits: { 'ephemeral-storage': '1Gi' } } }] } });
    expect([status, body.reason, body.message]).toEqual([422, 'Invalid', `Pod "${path.slice(PODS.length + 1)}" is invalid: spec: Forbidden: only cpu and memory resources are mutable`]);
  });
});

describe('a resize in a namespace that limits', () => {
  const limited = (namespace: string): string => `/api/v1/namespaces/${namespace}`;
  const both = (cpu: string, memory: string): object => ({ requests: { cpu, memory }, limits: { cpu, memory } });
  const podsIn = async (namespace: string): Promise<void> => {
    const container = { name: 'c1', image: 'busybox:1.36', resources: both('300m', '300Mi') };
    for (const name of ['one', 'two']) expect((await test.call('POST', `${limited(namespace)}/pods`, { metadata: { name }, spec: { containers: [container] } })).status).toBe(201);
  };
  const resize = (namespace: string, cpu: string, memory: string): Promise<TestAnswer> => patch(`${limited(namespace)}/pods/one/resize`, 'strategic', { spec: { containers: [{ name: 'c1', resources: both(cpu, memory) }] } });

  it('is refused beyond a quota, and counted within', async () => {
    const hard = { cpu: '800m', memory: '800Mi' };
    const path = `${limited('quota')}/resourcequotas/resize-resource-quota`;
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'quota' } });
    const { body } = await test.call('POST', `${limited('quota')}/resourcequotas`, { metadata: { name: 'resize-resource-quota' }, spec: { hard } });
    await test.call('PUT', `${path}/status`, { ...body, status: { hard, used: { cpu: '0', memory: '0' } } });
    await expect.poll(async () => (await test.call('GET', `${path}?resourceVersion=0`)).body.status?.hard).toEqual(hard);
    await podsIn('quota');
    const used = async (): Promise<object> => (await test.call('GET', path)).body.status.used as object;
    expect(await resize('quota', '600m', '400Mi')).toMatchObject({ status: 403, body: { message: expect.stringContaining('exceeded quota: resize-resource-quota, requested: cpu=300m, used: cpu=600m, limited: cpu=800m') as string } });
    expect((await resize('quota', '350m', '350Mi')).status).toBe(200);
    expect(await used()).toEqual({ cpu: '650m', memory: '650Mi' });
    expect((await resize('quota', '100m', '100Mi')).status).toBe(200);
  });

  it('is refused beyond the limits of a container', async () => {
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'range' } });
    await test.call('POST', `${limited('range')}/limitranges`, { metadata: { name: 'resize-limit-ranger' }, spec: { limits: [{ type: 'Container', max: { cpu: '500m', memory: '500Mi' }, min: { cpu: '50m', memory: '50Mi' } }] } });
    await expect.poll(async () => (await test.call('GET', `${limited('range')}/limitranges?resourceVersion=0`)).body.items).toHaveLength(1);
    await podsIn('range');
    expect(await resize('range', '600m', '250Mi')).toMatchObject({ status: 403, body: { message: expect.stringContaining('forbidden: maximum cpu usage per Container is 500m, but limit is 600m') as string } });
    expect(await resize('range', '10m', '400Mi')).toMatchObject({ status: 403, body: { message: expect.stringContaining('forbidden: minimum cpu usage per Container is 50m, but request is 10m') as string } });
    expect((await resize('range', '350m', '300Mi')).status).toBe(200);
  });
});

each.each(['ephemeralcontainers', 'resize'])('%s refuses what is no pod any more, and does not fail', async (subresource) => {
  const path = `${await created()}/${subresource}`;
  const odd: unknown[] = [{ spec: null }, { spec: { containers: null } }, { spec: { containers: [] } }, { spec: { containers: [{}] } }, { status: null }, { metadata: null }, { spec: { initContainers: [{}], ephemeralContainers: [{}] } }, { spec: { containers: [{ name: 'main', resources: null }] } }, { spec: { ephemeralContainers: [{ name: 'x', targetContainerName: 'y', resources: { limits: { cpu: 'x' } } }] } }];
  for (const body of odd) {
    const { status } = await patch(path, 'merge', body);
    expect([200, 400, 422], `${JSON.stringify(body)}: ${String(status)}`).toContain(status);
  }
  expect((await test.call('GET', `${PODS}/nobody/${subresource}`)).status).toBe(404);
  expect((await test.call('POST', path, {})).status).toBe(405);
});
