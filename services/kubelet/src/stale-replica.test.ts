import { systemClock } from '@gantry/async';
import type { Bus, MemoryBus } from '@gantry/bus';
import { createClient, type Client } from '@gantry/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestApi, type TestApi } from '../../api/src/test-api.suite.js';
import { testPod, TestNode } from './kubelet-harness.suite.js';

const PATH = '/api/v1/namespaces/default/pods';
const soon = { timeout: 15_000, interval: 20 };

/** A bus on which nothing is heard any more of what happens, once it is deaf: the replica behind it stays as it is. */
function deafening(bus: MemoryBus): { bus: MemoryBus; becomeDeaf(): void } {
  let isDeaf = false;
  const follow: Bus['watch']['follow'] = (options) => bus.watch.follow({ ...options, onMessage: (message) => void (isDeaf || options.onMessage(message)), onGap: () => undefined });
  const subscribe: Bus['subscribe'] = (pattern, handler, options) => bus.subscribe(pattern, (message) => void (isDeaf || handler(message)), options);
  const replaced: Partial<Record<string | symbol, unknown>> = { subscribe, watch: new Proxy(bus.watch, { get: (watch, name) => (name === 'follow' ? follow : bindTo(watch, name)) }) };
  return { bus: new Proxy(bus, { get: (target, name) => replaced[name] ?? bindTo(target, name) }), becomeDeaf: () => void (isDeaf = true) };
}

function bindTo(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}

let first: TestApi;
let stale: TestApi;
let becomeDeaf: () => void;
let node: TestNode;
let client: Client;
beforeEach(async () => {
  first = await startTestApi();
  const deaf = deafening(first.bus);
  becomeDeaf = deaf.becomeDeaf;
  stale = await startTestApi({ beside: { ...first, bus: deaf.bus }, limits: { freshnessTimeoutMs: 50 }, onCacheDifference: () => undefined });
  node = new TestNode({ clock: systemClock });
  client = createClient(stale.admin);
});
afterEach(async () => {
  await node.close();
  await client.close();
  await stale.stop();
  await first.stop();
});

const start = () => node.start({ client, clock: systemClock });
const create = async (name: string): Promise<string> => (await first.call('POST', PATH, { ...testPod(name), metadata: { name, namespace: 'default' }, status: undefined })).body.metadata.uid as string;
const containersOf = async (uid: string) => (await node.runtime.listContainers({ podUid: uid })).map(({ attempt, state }) => ({ attempt, state }));
const isRunning = (name: string) => vi.waitFor(async () => expect((await first.call('GET', `${PATH}/${name}`)).body.status.phase).toBe('Running'), soon);

describe('a kubelet that starts again against the stalest replica', () => {
  it('starts nothing of a pod that was deleted while it was down, although that replica still shows it', async () => {
    const [gone, kept] = [await create('gone'), await create('kept')];
    await start();
    await isRunning('gone');
    await isRunning('kept');
    await node.kill();
    becomeDeaf();
    await node.crash('main', 1);
    expect((await first.call('DELETE', `${PATH}/gone?gracePeriodSeconds=0`)).status).toBe(200);
    expect((await stale.call('GET', `${PATH}/gone?resourceVersion=0`)).body.metadata.uid).toBe(gone);
    await start();
    await vi.waitFor(async () => expect(await containersOf(kept)).toContainEqual({ attempt: 1, state: 'running' }), soon);
    expect((await containersOf(gone)).filter(({ attempt, state }) => attempt > 0 || state === 'running')).toEqual([]);
  });

  it('runs the new pod of a name and not the old one', async () => {
    const old = await create('web');
    await start();
    await isRunning('web');
    await node.kill();
    becomeDeaf();
    await node.crash('main', 1);
    await first.call('DELETE', `${PATH}/web?gracePeriodSeconds=0`);
    const next = await create('web');
    await start();
    await vi.waitFor(async () => expect(await containersOf(next)).toEqual([{ attempt: 0, state: 'running' }]), soon);
    expect((await containersOf(old)).filter(({ attempt, state }) => attempt > 0 || state === 'running')).toEqual([]);
  });
});
