import { expect, it } from 'vitest';
import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { createFakeClient, ENDPOINTSLICES } from '@gantry/client';
import { OwnWrites } from '../service-pods/own-writes.js';
import { createReconcile } from './reconcile.js';

const SERVICE: coreV1.Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'prod', uid: 'svc', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { selector: { app: 'web' }, clusterIP: '10.96.0.5', ipFamilies: ['IPv4'], ports: [{ port: 80 }] },
};
const POD: coreV1.Pod = { metadata: { name: 'a', namespace: 'prod', uid: 'u' }, spec: { containers: [], nodeName: 'n1' }, status: { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }] } };

/** A reconcile over caches that stand still until they are told to catch up. */
function scene(service: coreV1.Service = SERVICE) {
  const client = createFakeClient();
  const cache = { revision: 0, slices: [] as discoveryV1.EndpointSlice[], pods: [POD] };
  const reconcile = createReconcile({
    client,
    recorder: { event: () => undefined, flush: () => Promise.resolve(), stop: () => Promise.resolve() },
    writes: new OwnWrites(() => cache.revision),
    service: () => service,
    pods: () => cache.pods,
    node: (name) => ({ metadata: { name } }),
    slices: () => cache.slices,
  });
  const catchUp = () => {
    cache.revision = Number(client.resourceVersion);
    cache.slices = client.objects(ENDPOINTSLICES);
  };
  return { client, cache, catchUp, look: () => reconcile('prod/web', new AbortController().signal), slices: () => client.objects(ENDPOINTSLICES) };
}

it('waits while the cache does not show what was written, instead of writing it again', async () => {
  const { cache, catchUp, look, slices } = scene();
  await look();
  expect(slices()).toHaveLength(1);
  cache.pods = [POD, { ...POD, metadata: { ...POD.metadata, name: 'b', uid: 'v' } }];
  expect(await look()).toMatchObject({ requeueAfter: expect.any(Number) as number });
  expect(slices()).toHaveLength(1);
  catchUp();
  expect(await look()).toBeUndefined();
  expect(slices().map(({ endpoints }) => endpoints?.length)).toEqual([2]);
});

it('says since when a write was due, only as long as that is news', async () => {
  const { cache, catchUp, look, slices } = scene();
  const time = () => slices()[0]?.metadata?.annotations?.['endpoints.kubernetes.io/last-change-trigger-time'];
  const change = async (pod: coreV1.Pod) => {
    cache.pods = [pod];
    catchUp();
    await look();
  };
  await look();
  expect(time()).toBe('2026-01-01T00:00:00Z');
  const ready: coreV1.Pod = { ...POD, status: { ...POD.status, conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:07Z' }] } };
  await change(ready);
  expect(time()).toBe('2026-01-01T00:00:07Z');
  await change({ ...ready, metadata: { ...ready.metadata, deletionTimestamp: '2026-01-01T00:00:09Z' } });
  expect(time()).toBeUndefined();
});

it('creates nothing for a service that goes', async () => {
  const { look, slices } = scene({ ...SERVICE, metadata: { ...SERVICE.metadata, deletionTimestamp: '2026-01-01T00:01:00Z' } });
  await look();
  expect(slices()).toEqual([]);
});
