import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';

let test: TestApi;
let namespace = '';
let count = 0;
beforeAll(async () => {
  test = await startTestApi({ network: { serviceCidr: '10.96.0.0/16', clusterDns: '10.96.0.10', advertise: { address: '198.18.0.1', port: 6443 } } });
});
afterAll(() => test.stop());
beforeEach(async () => {
  namespace = `ns${String(count++)}`;
  await test.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
});

const merge = { 'content-type': 'application/merge-patch+json' };
const services = (name = '', rest = ''): string => `/api/v1/namespaces/${namespace}/services${name === '' ? '' : `/${name}`}${rest}`;
const create = (name: string, spec: object, query = ''): Promise<TestAnswer> => test.call('POST', services('', query), { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
const patch = (name: string, spec: object, query = ''): Promise<TestAnswer> => test.call('PATCH', services(name, query), { spec }, merge);
const remove = (name: string, query = ''): Promise<TestAnswer> => test.call('DELETE', services(name, query));

async function addressOwner(ip: string): Promise<string | undefined> {
  const { body } = await test.call('GET', `/apis/networking.k8s.io/v1/ipaddresses/${ip}`);
  const ref = body.spec?.parentRef;
  return ref === undefined ? undefined : `${String(ref.resource)}/${String(ref.namespace)}/${String(ref.name)}`;
}

async function takenPorts(): Promise<string[]> {
  const { items } = await test.storage.list('-/nodeports/');
  return items.map(({ key }) => key.split('/').at(-1)!);
}

describe('a cluster IP', () => {
  it('is given from the upper part of the range, and an IPAddress says whose it is', async () => {
    const { status, body } = await create('a', {});
    expect(status).toBe(201);
    expect(body.spec).toMatchObject({
      clusterIPs: [body.spec.clusterIP], type: 'ClusterIP', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster', sessionAffinity: 'None',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    expect(body.status).toEqual({ loadBalancer: {} });
    const [, , third, fourth] = (body.spec.clusterIP as string).split('.').map(Number);
    expect(third! * 256 + fourth!).toBeGreaterThan(256);
    expect(await addressOwner(body.spec.clusterIP)).toBe(`services/${namespace}/a`);
  });

  it('is free again when the Service is deleted', async () => {
    const { body } = await create('a', { clusterIP: '10.96.0.77' });
    const again = await create('b', { clusterIP: '10.96.0.77' });
    expect([again.status, again.body.message]).toEqual([422, 'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.77"]: failed to allocate IP 10.96.0.77: provided IP is already allocated']);
    expect((await remove('a')).body).toMatchObject({ kind: 'Service', metadata: { uid: body.metadata.uid } });
    expect(await addressOwner('10.96.0.77')).toBeUndefined();
    expect((await create('b', { clusterIP: '10.96.0.77' })).status).toBe(201);
  });

  it('lies in the range', async () => {
    const { status, body } = await create('a', { clusterIP: '10.97.0.1' });
    expect([status, body.message]).toEqual([422, 'Service "a" is invalid: spec.clusterIPs: Invalid value: ["10.97.0.1"]: failed to allocate IP 10.97.0.1: the provided network does not match the current range']);
  });

  it('stays, whether an update names it or not', async () => {
    const { body: first } = await create('a', {});
    const without = await test.call('PUT', services('a'), { metadata: { name: 'a' }, spec: { ports: [{ port: 81 }] } });
    expect(without.body.spec.clusterIP).toBe(first.spec.clusterIP);
    const other = await patch('a', { clusterIP: '10.96.1.1' });
    expect([other.status, other.body.message]).toEqual([422, 'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.1.1"]: may not change once set']);
    const headless = await patch('a', { clusterIP: 'None', clusterIPs: ['None'] });
    expect(headless.body.message).toBe('Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set');
  });

  it('is not for a headless Service, nor for one by name only', async () => {
    const headless = await create('a', { clusterIP: 'None', selector: { app: 'a' } });
    expect(headless.body.spec).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
    const loose = await create('b', { clusterIP: 'None' });
    expect(loose.body.spec).toMatchObject({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' });
    const named = await test.call('POST', services(), { metadata: { name: 'c' }, spec: { type: 'ExternalName', externalName: 'example.com' } });
    expect(named.body.spec).toEqual({ type: 'ExternalName', externalName: 'example.com', sessionAffinity: 'None' });
  });

  it('of a second family is not to be had', async () => {
    const { status, body } = await create('a', { ipFamilyPolicy: 'RequireDualStack' });
    expect([status, body.message]).toEqual([422, 'Service "a" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services']);
    expect((await create('b', { ipFamilyPolicy: 'PreferDualStack' })).body.spec.ipFamilies).toEqual(['IPv4']);
    expect((await create('c', { ipFamilies: ['IPv6'] })).body.message).toBe('Service "c" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster');
  });

  it('is not taken on a dry run, and one that is taken is refused on one too', async () => {
    const { items: before } = await test.storage.list('networking.k8s.io/ipaddresses/');
    expect((await create('a', { type: 'NodePort' }, '?dryRun=All')).body.spec).toMatchObject({ clusterIP: expect.stringMatching(/^10\.96\./), ports: [{ nodePort: expect.any(Number) }] });
    expect((await create('b', { clusterIP: '10.96.0.1' }, '?dryRun=All')).status).toBe(422);
    expect((await test.storage.list('networking.k8s.io/ipaddresses/')).items).toHaveLength(before.length);
  });
});

describe('node ports', () => {
  it('are given, kept by name, and freed', async () => {
    const { body } = await create('a', { type: 'NodePort', ports: [{ name: 'x', port: 80 }, { name: 'y', port: 81 }] });
    const [x, y] = body.spec.ports.map(({ nodePort }: { nodePort: number }) => nodePort);
    expect(await takenPorts()).toEqual(expect.arrayContaining([String(x), String(y)]));
    const changed = await test.call('PUT', services('a'), { metadata: { name: 'a' }, spec: { type: 'NodePort', ports: [{ name: 'y', port: 8081 }] } });
    expect(changed.body.spec.ports).toEqual([{ name: 'y', port: 8081, protocol: 'TCP', targetPort: 8081, nodePort: y }]);
    expect(await takenPorts()).not.toContain(String(x));
    await remove('a');
    expect(await takenPorts()).not.toContain(String(y));
  });

  it('that are taken or out of range are refused', async () => {
    expect((await create('a', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_010 }] })).status).toBe(201);
    const taken = await create('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_010 }] });
    expect([taken.status, taken.body.message]).toEqual([422, 'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30010: provided port is already allocated']);
    const outside = await create('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] });
    expect(outside.body.message).toBe('Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767');
    await remove('a');
  });

  it('are the same for one port under two protocols', async () => {
    const { body } = await create('a', { type: 'NodePort', ports: [{ name: 't', port: 53, protocol: 'TCP' }, { name: 'u', port: 53, protocol: 'UDP' }] });
    expect(body.spec.ports[0].nodePort).toBe(body.spec.ports[1].nodePort);
  });

  it('are not for a load balancer that wants none, but its health check has one', async () => {
    const { body } = await create('a', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, externalTrafficPolicy: 'Local' });
    expect(body.spec.ports[0].nodePort).toBeUndefined();
    expect(await takenPorts()).toContain(String(body.spec.healthCheckNodePort));
    const open = await patch('a', { externalTrafficPolicy: 'Cluster' });
    expect(open.body.spec.healthCheckNodePort).toBeUndefined();
    expect(await takenPorts()).not.toContain(String(body.spec.healthCheckNodePort));
  });
});

describe('a change of the type', () => {
  it('gives and takes addresses and node ports', async () => {
    const { body: first } = await create('a', { type: 'NodePort' });
    const port = String(first.spec.ports[0].nodePort);
    const { body: inside } = await patch('a', { type: 'ClusterIP' });
    expect(inside.spec.ports[0].nodePort).toBeUndefined();
    expect(inside.spec.externalTrafficPolicy).toBeUndefined();
    expect(await takenPorts()).not.toContain(port);
    const { body: named } = await patch('a', { type: 'ExternalName', externalName: 'example.com' });
    expect(named.spec).toMatchObject({ type: 'ExternalName' });
    expect([named.spec.clusterIP, named.spec.clusterIPs, named.spec.ipFamilies, named.spec.ipFamilyPolicy]).toEqual([undefined, undefined, undefined, undefined]);
    expect(await addressOwner(first.spec.clusterIP)).toBeUndefined();
    const { body: back } = await patch('a', { type: 'NodePort', externalName: null });
    expect(back.spec).toMatchObject({ clusterIP: expect.stringMatching(/^10\.96\./), ports: [{ nodePort: expect.any(Number) }] });
    expect(await addressOwner(back.spec.clusterIP)).toBe(`services/${namespace}/a`);
  });

  it('on a dry run changes nothing', async () => {
    const { body } = await create('a', {});
    expect((await patch('a', { type: 'NodePort' }, '?dryRun=All')).body.spec.ports[0].nodePort).toEqual(expect.any(Number));
    expect((await test.call('GET', services('a'))).body).toEqual(body);
  });
});

describe('a Service', () => {
  it('has its session affinity switched on and off', async () => {
    await create('a', {});
    const on = await patch('a', { sessionAffinity: 'ClientIP' });
    expect(on.body.spec).toMatchObject({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } });
    const off = await patch('a', { sessionAffinity: 'None' });
    expect(off.body.spec.sessionAffinityConfig).toBeUndefined();
  });

  it('has its status read, patched and replaced on its own', async () => {
    await create('a', { type: 'LoadBalancer' });
    const patched = await test.call('PATCH', services('a', '/status'), { metadata: { annotations: { by: 'patch' } }, status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } } }, merge);
    expect(patched.body).toMatchObject({ metadata: { annotations: { by: 'patch' } }, status: { loadBalancer: { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] } } });
    const { body } = await test.call('GET', services('a', '/status'));
    body.status.conditions = [{ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from a test', lastTransitionTime: '2026-01-02T03:04:05Z' }];
    const updated = await test.call('PUT', services('a', '/status'), body);
    expect(updated.body.status.conditions).toEqual(body.status.conditions);
    expect(updated.body.spec).toEqual(patched.body.spec);
  });

  it('is found by its fields, and a collection of them goes with what they hold', async () => {
    await create('a', {});
    const { body } = await create('b', { type: 'NodePort' });
    const found = await test.call('GET', services('', '?fieldSelector=spec.type%3DNodePort'));
    expect(found.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(['b']);
    expect((await test.call('DELETE', services())).status).toBe(200);
    expect((await test.call('GET', services())).body.items).toEqual([]);
    expect(await takenPorts()).not.toContain(String(body.spec.ports[0].nodePort));
    expect(await addressOwner(body.spec.clusterIP)).toBeUndefined();
  });

  it('that a finalizer held gives back what it has when the last one goes', async () => {
    const { body } = await create('a', {});
    await test.call('PATCH', services('a'), { metadata: { finalizers: ['example.com/hold'] } }, merge);
    expect((await remove('a')).body.metadata.deletionTimestamp).toEqual(expect.any(String));
    expect(await addressOwner(body.spec.clusterIP)).toBe(`services/${namespace}/a`);
    expect((await test.call('PATCH', services('a', '/status'), { metadata: { finalizers: null } }, merge)).status).toBe(200);
    expect(await addressOwner(body.spec.clusterIP)).toBeUndefined();
  });

  it('whose address was taken from it can be deleted all the same', async () => {
    const { body } = await create('a', {});
    await test.call('DELETE', `/apis/networking.k8s.io/v1/ipaddresses/${String(body.spec.clusterIP)}`);
    expect((await remove('a')).status).toBe(200);
  });
});

describe('what every cluster has', () => {
  const read = async (path: string): Promise<TestAnswer['body']> => (await test.call('GET', path)).body;

  it('is the range of Services', async () => {
    expect(await read('/apis/networking.k8s.io/v1/servicecidrs/kubernetes')).toMatchObject({ spec: { cidrs: ['10.96.0.0/16'] }, status: { conditions: [{ type: 'Ready', status: 'True', message: 'Kubernetes default Service CIDR is ready' }] } });
  });

  it('is the Service of the API, with this replica as its endpoint', async () => {
    expect(await read('/api/v1/namespaces/default/services/kubernetes')).toMatchObject({
      metadata: { labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
    });
    expect(await read('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes')).toMatchObject({
      metadata: { labels: { 'kubernetes.io/service-name': 'kubernetes' }, generation: 1 },
      addressType: 'IPv4', endpoints: [{ addresses: ['198.18.0.1'], conditions: { ready: true } }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    });
    expect(await read('/api/v1/namespaces/default/endpoints/kubernetes')).toMatchObject({
      metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: '198.18.0.1' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
    });
  });

  it('is the Service of its DNS', async () => {
    expect(await read('/api/v1/namespaces/kube-system/services/kube-dns')).toMatchObject({ metadata: { labels: { 'k8s-app': 'kube-dns' } }, spec: { clusterIP: '10.96.0.10', ports: [{ name: 'dns', protocol: 'UDP' }, { name: 'dns-tcp', protocol: 'TCP' }] } });
    expect(await addressOwner('10.96.0.10')).toBe('services/kube-system/kube-dns');
  });
});
