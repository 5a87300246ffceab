import type { coreV1 } from '@gantry/api-types';
import { newConflict, newNotFound } from '@gantry/apimachinery';
import type { Client } from '@gantry/client';
import { createFakeClient, PODS } from '@gantry/client';
import { expect, test } from 'vitest';
import { createStatusWriter, statusPatch } from './status-writer.js';

const pods = { group: '', resource: 'pods' };
const seeded = (): coreV1.Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'd', uid: 'u' }, spec: { containers: [] }, status: { phase: 'Pending' } });

async function setting() {
  const client = createFakeClient([seeded()]);
  const read = () => client.resource<coreV1.Pod>(PODS, 'd').get('p');
  const patches = () => client.requests.filter(({ method }) => method === 'PATCH').length;
  return { client, read, patches, writer: createStatusWriter(client), pod: await read() };
}

test('what changed is written, on top of the version that it was made from', () => {
  const pod: coreV1.Pod = { metadata: { uid: 'u', resourceVersion: '7' }, status: { phase: 'Pending', message: 'm', podIP: '1' } };
  expect(statusPatch(pod, { phase: 'Running', podIP: '1' })).toEqual({ metadata: { uid: 'u', resourceVersion: '7' }, status: { phase: 'Running', message: null } });
});

test('nothing is written where nothing changed', async () => {
  const { writer, pod, patches } = await setting();
  expect(await writer.write(pod, () => ({ phase: 'Pending' }))).toBe(pod);
  expect(patches()).toBe(0);
});

test('a lost race makes the status again from what is there then', async () => {
  const { client, writer, pod, read } = await setting();
  const foreign = { type: 'Foreign', status: 'True' };
  await client.resource(PODS, 'd').patch('p', 'application/merge-patch+json', { status: { conditions: [foreign] } }, { subresource: 'status' });
  await writer.write(pod, (current) => ({ phase: 'Running', conditions: [...(current.status?.conditions ?? []), { type: 'Ready', status: 'True' }] }));
  expect((await read()).status).toEqual({ phase: 'Running', conditions: [foreign, { type: 'Ready', status: 'True' }] });
});

test('nothing is said of a spec that came meanwhile', async () => {
  const { client, writer, read } = await setting();
  client.seed({ ...seeded(), metadata: { ...seeded().metadata, name: 'q', uid: 'v', generation: 1 } });
  const pod = await client.resource<coreV1.Pod>(PODS, 'd').get('q');
  await client.resource(PODS, 'd').patch('q', 'application/merge-patch+json', { spec: { containers: [{ name: 'c', image: 'i' }] } });
  const written = await writer.write(pod, ({ metadata, spec }) => ({ observedGeneration: metadata?.generation ?? 0, message: String(spec?.containers.length) }));
  expect(written).toMatchObject({ metadata: { generation: 2 }, spec: { containers: [{ name: 'c' }] }, status: { observedGeneration: 1, message: '0' } });
  expect((await read()).status).toEqual({ phase: 'Pending' });
});

test('a race that is lost again and again is an error, for a later look', async () => {
  const { client, writer, pod, patches } = await setting();
  client.failNext((request) => request.method === 'PATCH', newConflict(pods, 'p', 'changed'), 100);
  await expect(writer.write(pod, () => ({ phase: 'Running' }))).rejects.toMatchObject({ code: 409 });
  expect(patches()).toBe(5);
});

test('another pod of the name is left alone', async () => {
  const { client, writer, pod, read } = await setting();
  await client.resource(PODS, 'd').delete('p', { gracePeriodSeconds: 0 });
  expect(await writer.write(pod, () => ({ phase: 'Running' }))).toBeUndefined();
  client.seed({ ...seeded(), metadata: { ...seeded().metadata, uid: 'other' } });
  expect(await writer.write(pod, () => ({ phase: 'Running' }))).toBeUndefined();
  expect((await read()).status).toEqual({ phase: 'Pending' });
});

test('a server that stores a status in words of its own is not answered for ever', async () => {
  let version = 1;
  let writes = 0;
  const stored = (): coreV1.Pod => ({ metadata: { ...seeded().metadata, resourceVersion: String(version) }, status: { phase: 'Running' } });
  const patch = async () => {
    writes += 1;
    version += 1;
    return stored();
  };
  const get = () => Promise.reject(newNotFound(pods, 'p'));
  const writer = createStatusWriter({ resource: () => ({ patch, get }), close: async () => undefined } as unknown as Client);
  const make = (): coreV1.PodStatus => ({ phase: 'Running', podIPs: [] });
  await writer.write(stored(), make);
  await writer.write(stored(), make);
  expect(writes).toBe(1);
  version += 1;
  await writer.write(stored(), make);
  expect(writes).toBe(2);
});
