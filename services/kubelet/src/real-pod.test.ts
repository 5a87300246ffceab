import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import { settle, silentLogger } from '@gantry/async';
import { createMemoryBus, encodeToken } from '@gantry/bus';
import type { MemoryBus } from '@gantry/bus';
import { createFakeClient, EVENTS, PODS } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { createDockerRuntime, ensureNodeContainer, removeClusterObjects } from '@gantry/container-runtime/docker';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { engineAbsent, leftOver, removeAll, socketPath, testImage } from '../../../libs/container-runtime/src/docker/docker-harness.suite.js';
import { startKubelet } from './kubelet.js';
import type { Kubelet } from './kubelet.js';
import { createRoutedPodNetwork } from './network/routed-network.js';
import type { Pod } from './pods/pod.js';

/** A kubelet over a Docker engine whose node is a container of its own network. */
async function routedSetting() {
  const cluster = `test-${randomBytes(4).toString('hex')}`;
  const node = await ensureNodeContainer({ socketPath, cluster, home: 'test', node: 'n1', image: 'registry.k8s.io/pause:3.10' });
  const dataDir = await mkdtemp(join(tmpdir(), 'gantry-kubelet-'));
  const [client, bus] = [createFakeClient(), createMemoryBus()];
  const runtime = createDockerRuntime({ socketPath, cluster, node: 'n1', networkContainer: node.id });
  const network = await createRoutedPodNetwork({ netns: node.pid, podCidr: '10.244.9.0/24', clusterCidr: '10.244.0.0/16', nodeAddresses: [], directory: join(dataDir, 'addresses'), logger: silentLogger });
  const kubelet = await startKubelet({
    client, bus, runtime, network: () => Promise.resolve(network), nodeName: 'n1', logger: silentLogger, dataDir, capacity: { cpu: '2', memory: '4Gi', pods: '10' }, addresses: [{ type: 'InternalIP', address: node.address }],
  });
  return {
    node,
    create: (name: string, spec: Partial<coreV1.PodSpec> & { containers: coreV1.Container[] }) => seedPod(client, name, spec),
    until: (name: string, wanted: (pod: Pod | undefined) => boolean | undefined) => untilPod(client, name, wanted),
    async log(pod: Pod | undefined): Promise<string> {
      const [container] = await runtime.listContainers({ podUid: pod?.metadata?.uid ?? '' });
      const chunks: Uint8Array[] = [];
      for await (const entry of runtime.logs(container?.id ?? '', { follow: false }, new AbortController().signal)) chunks.push(entry.data);
      return Buffer.concat(chunks).toString();
    },
    async close(): Promise<void> {
      await kubelet.stop();
      await removeAll(cluster);
      await removeClusterObjects(socketPath, cluster, 'test');
      await Promise.all([runtime.close(), bus.close(), client.close(), rm(dataDir, { recursive: true, force: true })]);
    },
  };
}

function seedPod(client: FakeClient, name: string, spec: Partial<coreV1.PodSpec> & { containers: coreV1.Container[] }): void {
  client.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: randomUUID() }, spec: { nodeName: 'n1', restartPolicy: 'Never', ...spec }, status: { phase: 'Pending' } } as Pod);
}

/** Waits for the pod's changes until `wanted`; undefined is a pod that is gone. */
async function untilPod(client: FakeClient, name: string, wanted: (pod: Pod | undefined) => boolean | undefined): Promise<Pod | undefined> {
  const read = () => client.objects(PODS).find(({ metadata }) => metadata?.name === name);
  const stop = new AbortController();
  try {
    const events = client.resource(PODS, 'default').watch({ resourceVersion: client.resourceVersion, signal: stop.signal })[Symbol.asyncIterator]();
    while (wanted(read()) !== true) await events.next();
    return read();
  } finally {
    stop.abort();
  }
}

const shell = (script: string, more: Partial<coreV1.Container> = {}): coreV1.Container => ({ name: 'main', image: testImage, command: ['sh', '-c', script], ...more });

/** Milliseconds: an engine that is busy with others takes its time. */
const PATIENCE = { timeout: 90_000 };

describe('pods on a node of their own', PATIENCE, () => {
  test('have routed addresses that reach each other; one of the node has the address of the node', async (context) => {
    const absent = (await engineAbsent()) ?? (process.getuid?.() === 0 ? undefined : 'needs root to enter network namespaces');
    if (absent !== undefined) return context.skip(absent);
    const setting = await routedSetting();
    try {
      setting.create('server', { containers: [shell('echo served > /tmp/index.html; exec httpd -f -p 8080 -h /tmp')] });
      const server = await setting.until('server', (pod) => pod?.status?.containerStatuses?.[0]?.state?.running !== undefined);
      expect(server?.status?.podIP).toBe('10.244.9.2');
      const ask = 'until wget -q -O - http://10.244.9.2:8080/index.html; do sleep 0.1; done; ip -4 -o addr show dev eth0';
      setting.create('asker', { containers: [shell(`${ask}; exit 0`)] });
      setting.create('host', { hostNetwork: true, containers: [shell(ask)] });
      const asker = await setting.until('asker', (pod) => pod?.status?.phase === 'Succeeded');
      const host = await setting.until('host', (pod) => pod?.status?.phase === 'Succeeded');
      expect(asker?.status?.podIP).toBe('10.244.9.3');
      expect(await setting.log(asker)).toMatch(/^served\n.* 10\.244\.9\.3\/32 /);
      expect(host?.status?.podIP).toBe(setting.node.address);
      expect(await setting.log(host)).toContain(` ${setting.node.address}/`);
    } finally {
      await setting.close();
    }
  });
});

describe('a pod on a Docker engine', PATIENCE, () => {
  let cluster: string;
  let dataDir: string;
  let client: FakeClient;
  let bus: MemoryBus;
  let runtime: ContainerRuntime;
  let kubelet: Kubelet | undefined;

  beforeEach(async (context) => {
    const absent = await engineAbsent();
    if (absent !== undefined) return context.skip(absent);
    cluster = `test-${randomBytes(4).toString('hex')}`;
    dataDir = await mkdtemp(join(tmpdir(), 'gantry-kubelet-'));
    client = createFakeClient();
    bus = createMemoryBus();
    runtime = createDockerRuntime({ socketPath, cluster, node: 'n1', podNetwork: 'bridge' });
    await start();
  });
  afterEach(async () => {
    if (kubelet === undefined) return;
    await kubelet.stop();
    await removeAll(cluster);
    await Promise.all([runtime.close(), bus.close(), client.close(), rm(dataDir, { recursive: true, force: true })]);
    kubelet = undefined;
  });

  const start = async (): Promise<void> => {
    kubelet = await startKubelet({
      client, bus, runtime, nodeName: 'n1', logger: silentLogger, dataDir, capacity: { cpu: '2', memory: '4Gi', pods: '10' }, network: undefined,
      addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
    });
    await kubelet.ready;
  };

  const create = async (name: string, spec: Partial<coreV1.PodSpec> & { containers: coreV1.Container[] }): Promise<void> => seedPod(client, name, spec);
  const until = (name: string, wanted: (pod: Pod | undefined) => boolean | undefined): Promise<Pod | undefined> => untilPod(client, name, wanted);

  const logs = async (pod: string, query = ''): Promise<{ status: string | undefined; text: string }> => {
    const stream = await bus.openStream(`node.${encodeToken('n1')}.stream`, { headers: { method: 'GET', path: `/containerLogs/default/${pod}/main`, query }, timeoutMs: 5_000 });
    await stream.end();
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream.readable) chunks.push(chunk);
    return { status: stream.headers['status'], text: Buffer.concat(chunks).toString() };
  };

  test('runs, is told by its logs, exits, and leaves nothing when it is deleted', async () => {
    await create('job', { containers: [shell('cat /etc/hosts | tail -1; cat /etc/resolv.conf | head -1 | cut -c1-3; echo "$GREETING $NODE"; echo bye > /dev/termination-log; exit 3', {
      env: [{ name: 'GREETING', value: 'hello' }, { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    })] });
    const ended = await until('job', (pod) => pod?.status?.phase === 'Failed');
    const status = ended?.status;
    expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 3, reason: 'Error', message: 'bye\n' });
    expect(status?.containerStatuses?.[0]?.containerID).toMatch(/^docker:\/\//);
    expect(status?.podIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    const { text } = await logs('job');
    const [hosts, resolv, greeting] = text.split('\n');
    expect(hosts).toBe(`${status?.podIP}\tjob`);
    expect(resolv).toMatch(/^(nam|sea|opt)$/);
    expect(greeting).toBe('hello n1');
    expect((await logs('job', 'tailLines=1')).text).toBe('hello n1\n');
    expect((await logs('job', 'timestamps=true&tailLines=1')).text).toMatch(/^\d{4}-\d\d-\d\dT\S+Z hello n1\n$/);
    expect((await logs('job', 'limitBytes=4&tailLines=1')).text).toBe('hell');
    await client.resource(PODS, 'default').delete('job');
    await until('job', (pod) => pod === undefined);
    await kubelet?.stop();
    await start();
    const left = async (): Promise<string[]> => [...(await leftOver(cluster)), ...(await readdir(join(dataDir, 'pods')))];
    while ((await left()).length > 0) await settle(1);
  });

  test('is restarted with back-off, shows its former log, and is adopted by the next kubelet', async () => {
    await create('loop', { restartPolicy: 'Always', containers: [shell('n=$(ls /data | wc -l); touch /data/$n; echo run $n; [ $n -ge 1 ] && exec sleep 600; exit 1', { volumeMounts: [{ name: 'data', mountPath: '/data' }] })], volumes: [{ name: 'data', emptyDir: {} }] });
    const again = await until('loop', (pod) => pod?.status?.containerStatuses?.[0]?.restartCount === 1 && pod.status.containerStatuses[0]?.state?.running !== undefined);
    const before = again?.status?.containerStatuses?.[0];
    expect(before?.lastState?.terminated).toMatchObject({ exitCode: 1 });
    // It runs, and has yet to say so.
    await vi.waitUntil(async () => (await logs('loop')).text === 'run 1\n', { timeout: 20_000 });
    expect((await logs('loop', 'previous=true')).text).toBe('run 0\n');
    await kubelet?.stop();
    await start();
    const [container] = (await runtime.listContainers()).filter(({ state }) => state === 'running');
    expect(`docker://${container?.id}`).toBe(before?.containerID);
    expect(client.objects(PODS)[0]?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, containerID: before?.containerID });
    await client.resource(PODS, 'default').delete('loop', { gracePeriodSeconds: 1 });
    await until('loop', (pod) => pod === undefined);
    expect(await leftOver(cluster)).toEqual([]);
  });

  test('says what is wrong with its images, volumes and log requests', async () => {
    await create('lost', { containers: [shell('true', { image: '127.0.0.1:1/lost:1' })] });
    const waiting = await until('lost', (pod) => /^(ErrImagePull|ImagePullBackOff)$/.test(pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason ?? ''));
    expect(waiting?.status?.containerStatuses?.[0]?.state?.waiting?.message).toContain('refused');
    expect((await logs('lost')).status).toBe('400');
    expect((await logs('lost')).text).toMatch(/^container "main" in pod "lost" is waiting to start: /);
    expect(await logs('nobody')).toEqual({ status: '404', text: 'pod "nobody" does not exist\n' });
    await create('odd', { containers: [shell('true')], volumes: [{ name: 'claim', persistentVolumeClaim: { claimName: 'c' } }] });
    const failedMount = () => client.objects(EVENTS).find(({ reason }) => reason === 'FailedMount');
    while (failedMount() === undefined) await settle(1);
    expect(client.objects(PODS).find(({ metadata }) => metadata?.name === 'odd')?.status).toMatchObject({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] });
    expect(failedMount()?.message).toBe('MountVolume.SetUp failed for volume "claim" : volumes of type persistentVolumeClaim are not supported by this kubelet');
  });
});
