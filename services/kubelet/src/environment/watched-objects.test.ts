import type { coreV1 } from '@gantry/api-types';
import { FakeClock, settle, silentLogger } from '@gantry/async';
import { CONFIGMAPS, createFakeClient } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Pod } from '../pods/pod.js';
import { createWatchedObjects } from './watched-objects.js';
import type { WatchedObjects } from './watched-objects.js';

let client: FakeClient;
let clock: FakeClock;
let objects: WatchedObjects;
let told: string[];
beforeEach(() => {
  client = createFakeClient();
  clock = new FakeClock(0);
  told = [];
  objects = createWatchedObjects({ client, clock, logger: silentLogger, volumes: true, changed: (uid) => told.push(uid) });
});
afterEach(async () => {
  await objects.stop();
  await client.close();
});

const configMap = (name: string, data: Record<string, string>, more: Partial<coreV1.ConfigMap> = {}): coreV1.ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data, ...more });
const podOf = (uid: string, ...configMaps: string[]): Pod => ({ metadata: { name: uid, namespace: 'shop', uid }, spec: { containers: [], volumes: configMaps.map((name) => ({ name, configMap: { name } })) } });
const read = async (name = 'a') => (await objects.configMap('shop', name))?.data;
const watches = () => client.api.watches.size;

async function until(wanted: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) {
    if (await wanted()) return;
    await settle(1);
  }
  throw new Error('this never came');
}

test('an object is watched once for all its pods, and no more when the last has gone', async () => {
  client.seed(configMap('a', { k: '1' }));
  objects.retain(podOf('u1', 'a'));
  objects.retain(podOf('u2', 'a'));
  expect(await read()).toEqual({ k: '1' });
  await until(() => watches() === 1);
  expect(client.requests.filter(({ method }) => method === 'WATCH').length).toBe(1);
  objects.release('u1');
  await settle(5);
  expect(watches()).toBe(1);
  objects.release('u2');
  await until(() => watches() === 0);
});

test('a change is told to each pod that refers to the object, and is what is read then', async () => {
  objects.retain(podOf('u1', 'a'));
  objects.retain(podOf('u2', 'a', 'b'));
  expect(await read()).toBeUndefined();
  await until(() => watches() === 2);
  client.seed(configMap('a', { k: '1' }));
  await until(() => told.length === 2);
  expect(told.sort()).toEqual(['u1', 'u2']);
  expect(await read()).toEqual({ k: '1' });
  expect([objects.version('u1'), objects.version('u2'), objects.version('u3')]).toEqual([1, 1, 0]);
  await client.resource(CONFIGMAPS, 'shop').delete('a');
  await until(() => objects.version('u1') === 2);
  expect(await read()).toBeUndefined();
});

test('a pod that refers to something else is watched for that instead', async () => {
  client.seed(configMap('a', { k: '1' }), configMap('b', { k: '2' }));
  objects.retain(podOf('u1', 'a'));
  await read();
  objects.retain(podOf('u1', 'b'));
  expect(await read('b')).toEqual({ k: '2' });
  await until(() => watches() === 1);
  expect(client.requests.filter(({ method }) => method === 'WATCH').length).toBeGreaterThan(0);
});

test('an immutable object is read and not watched on', async () => {
  client.seed(configMap('a', { k: '1' }, { immutable: true }));
  objects.retain(podOf('u1', 'a'));
  expect(await read()).toEqual({ k: '1' });
  await until(() => watches() === 0);
  expect(await read()).toEqual({ k: '1' });
});

test('an object that nobody is retained for is read from the API', async () => {
  client.seed(configMap('a', { k: '1' }));
  expect(await read()).toEqual({ k: '1' });
  expect(await read('none')).toBeUndefined();
  expect(watches()).toBe(0);
});

test('a reader does not wait for ever for an API that does not answer', async () => {
  client.react(({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))));
  objects.retain(podOf('u1', 'a'));
  const reading = read();
  const refused = expect(reading).rejects.toThrow('failed to sync configmap cache: timed out waiting for the condition');
  await clock.advanceAndSettle(10_000);
  await refused;
});
