import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { modifiedMessage, newConflict, newInternalError } from '@gantry/apimachinery';
import type { KubeObject } from '@gantry/client';
import { ENDPOINTS, ENDPOINTSLICES, EVENTS, NODES, PODS, SERVICES } from '@gantry/client';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/controller.js';
import { endpointSliceController } from './endpoint-slice/controller.js';
import { endpointsController } from './endpoints/controller.js';
import type { KillableControllers, TestCluster } from './testing/cluster.suite.js';
import { createTestCluster } from './testing/cluster.suite.js';

const controllers = [endpointSliceController, endpointsController, endpointSliceMirroringController];
const open: TestCluster[] = [];

afterEach(async () => {
  for (const cluster of open.splice(0)) expect(await cluster.close()).toBe(0);
});

const NODE: coreV1.Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } };

function service(spec: Partial<coreV1.ServiceSpec> = {}): coreV1.Service {
  const ports = [{ port: 80, targetPort: 8080, protocol: 'TCP' }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'prod' }, spec: { selector: { app: 'web' }, clusterIP: '10.96.0.5', ipFamilies: ['IPv4'], ports, ...spec } };
}

function pod(index: number, ready = true, labels: Record<string, string> = { app: 'web' }, nodeName = 'n1'): coreV1.Pod {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:00:05Z' }];
  const podIP = `10.1.${index >> 8}.${index & 255}`;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${index}`, namespace: 'prod', uid: `u${index}`, labels }, spec: { containers: [], nodeName }, status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions } };
}

const endpoints = (...ips: string[]): coreV1.Endpoints => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web', namespace: 'prod' }, subsets: [{ addresses: ips.map((ip) => ({ ip })), ports: [{ port: 80 }] }] });

/** `ip+` for a ready endpoint, `ip-` for another. */
function ofSlices(slices: readonly discoveryV1.EndpointSlice[]): string[] {
  return slices.flatMap(({ endpoints: all = [] }) => all.map(({ addresses, conditions }) => `${addresses.join()}${conditions?.ready === true ? '+' : '-'}`)).sort();
}

function ofEndpoints(one: coreV1.Endpoints | undefined): string[] {
  return (one?.subsets ?? []).flatMap(({ addresses = [], notReadyAddresses = [] }) => [...addresses.map(({ ip }) => `${ip}+`), ...notReadyAddresses.map(({ ip }) => `${ip}-`)]).sort();
}

async function scene(...objects: KubeObject[]) {
  const cluster = createTestCluster(objects);
  open.push(cluster);
  await cluster.start({ controllers });
  const { client, clock } = cluster;
  const put = (one: coreV1.Pod) => void client.api.store.put(PODS, one as never);
  const writes = (resource: string) => client.requests.filter((request) => request.resource === resource && request.method !== 'GET' && request.method !== 'WATCH').map(({ method }) => method);
  return {
    ...cluster,
    put,
    writes,
    slices: () => client.objects(ENDPOINTSLICES),
    shown: () => [ofSlices(client.objects(ENDPOINTSLICES)), ofEndpoints(client.objects(ENDPOINTS)[0])],
    settle: () => clock.advanceAndSettle(5000),
  };
}

describe('the endpoints of a service', () => {
  it('follow its pods, with one write of each kind for a change', async () => {
    const { put, writes, shown, settle, client } = await scene(NODE, service(), pod(1), pod(2, false));
    await settle();
    expect(shown()).toEqual([['10.1.0.1+', '10.1.0.2-'], ['10.1.0.1+', '10.1.0.2-']]);
    put(pod(2));
    await settle();
    expect(shown()).toEqual([['10.1.0.1+', '10.1.0.2+'], ['10.1.0.1+', '10.1.0.2+']]);
    put(pod(2, true, { app: 'other' }));
    await settle();
    client.api.store.remove(PODS, pod(1) as never);
    await settle();
    expect(shown()).toEqual([[], []]);
    expect(writes('discovery.k8s.io/endpointslices')).toEqual(['POST', 'PUT', 'PUT', 'PUT']);
    expect(writes('/endpoints')).toEqual(['POST', 'PUT', 'PUT', 'PUT']);
  });

  it('are not written for what they do not show', async () => {
    const { put, writes, settle } = await scene(NODE, service(), pod(1));
    await settle();
    put({ ...pod(1), metadata: { ...pod(1).metadata, annotations: { note: 'x' } } });
    await settle();
    expect([writes('discovery.k8s.io/endpointslices'), writes('/endpoints')]).toEqual([['POST'], ['POST']]);
  });

  it('take many changes in a few writes', async () => {
    const all = Array.from({ length: 90 }, (_, index) => pod(index, false));
    const { put, writes, shown, settle } = await scene(NODE, service(), ...all);
    await settle();
    const before = writes('discovery.k8s.io/endpointslices').length;
    all.forEach((_, index) => put(pod(index)));
    await settle();
    expect(shown()[0]?.every((line) => line.endsWith('+'))).toBe(true);
    expect(writes('discovery.k8s.io/endpointslices').length - before).toBeLessThanOrEqual(2);
  });

  it('wait for the node of a pod', async () => {
    const { client, shown, settle } = await scene(service(), pod(1));
    await settle();
    expect(shown()[0]).toEqual([]);
    await client.resource(NODES).create(NODE);
    await settle();
    expect(shown()[0]).toEqual(['10.1.0.1+']);
  });

  it('are put right where somebody changes or deletes them', async () => {
    const { client, slices, shown, settle } = await scene(NODE, service(), pod(1));
    await settle();
    const wanted = shown();
    const name = slices()[0]?.metadata?.name ?? '';
    await client.resource(ENDPOINTSLICES, 'prod').patch(name, 'application/merge-patch+json', { endpoints: [] });
    await client.resource(ENDPOINTS, 'prod').patch('web', 'application/merge-patch+json', { subsets: [] });
    await settle();
    expect(shown()).toEqual(wanted);
    await client.resource(ENDPOINTSLICES, 'prod').delete(name);
    await client.resource(ENDPOINTS, 'prod').delete('web');
    await settle();
    expect(shown()).toEqual(wanted);
    await client.resource(ENDPOINTSLICES, 'prod').patch(slices()[0]?.metadata?.name ?? '', 'application/merge-patch+json', { metadata: { labels: { 'kubernetes.io/service-name': 'else' } } });
    await settle();
    expect(slices().map(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name']).sort()).toEqual(['else', 'web']);
  });

  it.each<[string, string, string, string]>([
    ['/endpoints/', 'FailedToUpdateEndpoint', 'endpoint-controller', 'Failed to update endpoint prod/web: '],
    ['/endpointslices/', 'FailedToUpdateEndpointSlices', 'endpoint-slice-controller', 'Error updating Endpoint Slices for Service prod/web: '],
  ])('come although a write to %s fails at first, and the failure is told', async (path, reason, component, message) => {
    const { client, shown, settle, put } = await scene(NODE, service());
    await settle();
    client.failNext((request) => request.method === 'PUT' && request.path.includes(path), newInternalError('down'));
    put(pod(1));
    await settle();
    expect(shown()).toEqual([['10.1.0.1+'], ['10.1.0.1+']]);
    expect(client.objects(EVENTS)).toMatchObject([{ type: 'Warning', reason, source: { component }, message: expect.stringMatching(`^${message}`) as string }]);
  });

  it('come although others write at the same time, of which nothing is told', async () => {
    const { client, shown, settle, put } = await scene(NODE, service());
    await settle();
    client.failNext(({ method, path }) => method === 'PUT' && path.includes('endpoint'), newConflict({ group: '', resource: 'endpoints' }, 'web', modifiedMessage), 2);
    put(pod(1));
    await settle();
    expect([shown(), client.objects(EVENTS)]).toEqual([[['10.1.0.1+'], ['10.1.0.1+']], []]);
  });

  it('go with the service, but a user’s for a service to come stay', async () => {
    const { client, settle } = await scene(NODE, service(), pod(1), { ...endpoints('192.0.2.1'), metadata: { name: 'early', namespace: 'prod' } });
    await settle();
    await client.resource(ENDPOINTS, 'prod').create({ ...endpoints('192.0.2.2'), metadata: { name: 'later', namespace: 'prod' } });
    await client.resource(SERVICES, 'prod').delete('web');
    await settle();
    expect(client.objects(ENDPOINTS).map(({ metadata }) => metadata?.name)).toEqual(['early', 'later']);
  });

  it('that were left when nobody watched go at the next start', async () => {
    const left = { ...endpoints('192.0.2.1'), metadata: { name: 'left', namespace: 'prod', labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } } };
    const { client, settle } = await scene(NODE, left);
    await settle();
    expect(client.objects(ENDPOINTS)).toEqual([]);
  });

  it('of a service without a selector are left to who writes them, and mirrored as long as there is none', async () => {
    const { client, settle, slices } = await scene(NODE, service({ selector: undefined }), pod(1));
    await settle();
    expect([slices(), client.objects(ENDPOINTS)]).toEqual([[], []]);
    await client.resource(ENDPOINTS, 'prod').create(endpoints('192.0.2.1'));
    await settle();
    expect(slices()).toMatchObject([{ metadata: { labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' } }, endpoints: [{ addresses: ['192.0.2.1'] }] }]);
    await client.resource(SERVICES, 'prod').patch('web', 'application/merge-patch+json', { spec: { selector: { app: 'web' } } });
    await settle();
    expect(slices()).toMatchObject([{ metadata: { labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' } }, endpoints: [{ addresses: ['10.1.0.1'] }] }]);
  });

  it('say what of a user’s could not be mirrored', async () => {
    const { client, settle } = await scene(service({ selector: undefined }), endpoints('nowhere', '192.0.2.1'));
    await settle();
    expect(client.objects(EVENTS)).toMatchObject([{ type: 'Warning', reason: 'InvalidIPAddress', message: 'Skipped 1 invalid IP addresses when mirroring to EndpointSlices', source: { component: 'endpoint-slice-mirroring-controller' } }]);
  });
});

type Step = { type: 'kill' | 'second' | 'conflict' | 'fail' | 'endWatches' | 'compact' } | { type: 'ready' | 'unready' | 'gone'; index: number } | { type: 'wait'; value: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>({ type: 'kill' }, { type: 'second' }, { type: 'conflict' }, { type: 'fail' }, { type: 'endWatches' }, { type: 'compact' }),
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('ready' as const, 'unready' as const, 'gone' as const), index: fc.integer({ min: 0, max: 5 }) }) },
  fc.record({ type: fc.constant('wait' as const), value: fc.integer({ min: 1, max: 20 }) }),
);

/** One thing that happens. `running` holds the controllers that live; two at once are no fault. */
async function happen(step: Step, { client, clock, start }: TestCluster, running: KillableControllers[]): Promise<void> {
  if (step.type === 'kill') await running.shift()?.kill();
  if (step.type === 'kill' || step.type === 'second') running.push(await start({ controllers }));
  const error = step.type === 'fail' ? newInternalError('down') : newConflict({ group: '', resource: 'endpoints' }, 'x', modifiedMessage);
  if (step.type === 'conflict' || step.type === 'fail') client.failNext(({ method }) => method !== 'GET', error, 2);
  if (step.type === 'endWatches') client.endWatches();
  if (step.type === 'compact') client.compact();
  if (step.type === 'ready' || step.type === 'unready') client.api.store.put(PODS, pod(step.index, step.type === 'ready') as never);
  const isThere = 'index' in step && client.objects(PODS).some(({ metadata }) => metadata?.name === `p${step.index}`);
  if (step.type === 'gone' && isThere) client.api.store.remove(PODS, pod(step.index) as never);
  await clock.advanceAndSettle(step.type === 'wait' ? step.value : 1);
}

it('are exact, and none is in two slices, whatever happened on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 25, size: 'max' }), async (what) => {
      const cluster = createTestCluster([NODE, service()]);
      const { client, clock } = cluster;
      const running = [await cluster.start({ controllers })];
      for (const step of what) await happen(step, cluster, running);
      await clock.advanceAndSettle(120_000);
      const expected = client.objects(PODS).map(({ status }) => `${status?.podIP}${status?.conditions?.[0]?.status === 'True' ? '+' : '-'}`).sort();
      expect([ofSlices(client.objects(ENDPOINTSLICES)), ofEndpoints(client.objects(ENDPOINTS)[0])]).toEqual([expected, expected]);
      expect(await cluster.close()).toBe(0);
    }),
    { numRuns: 60 },
  );
}, 60_000);
