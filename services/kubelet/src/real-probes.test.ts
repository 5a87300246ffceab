import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import { createFakeClient, EVENTS, PODS } from '@gantry/client';
import { createDockerRuntime } from '@gantry/container-runtime/docker';
import { expect, test, vi } from 'vitest';
import { engineAbsent, leftOver, removeAll, socketPath, testImage } from '../../../libs/container-runtime/src/docker/docker-harness.suite.js';
import { startKubelet } from './kubelet.js';
import type { Pod } from './pods/pod.js';

/** A kubelet over a Docker engine whose pods are reached over the engine's bridge. */
async function setting() {
  const cluster = `test-${randomBytes(4).toString('hex')}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'gantry-probes-'));
  const shared = await mkdtemp(join(tmpdir(), 'gantry-probes-said-'));
  const [client, bus] = [createFakeClient(), createMemoryBus()];
  const runtime = createDockerRuntime({ socketPath, cluster, node: 'n1', podNetwork: 'bridge' });
  const kubelet = await startKubelet({
    client, bus, runtime, nodeName: 'n1', logger: silentLogger, dataDir, capacity: { cpu: '2', memory: '4Gi', pods: '10' }, network: undefined, addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
  });
  const pod = (name: string): Pod | undefined => client.objects(PODS).find(({ metadata }) => metadata?.name === name);
  return {
    client, cluster, pod,
    /** Lines that containers wrote to `/shared/said`. */
    said: async () => (await readFile(join(shared, 'said'), 'utf8').catch(() => '')).trim().split('\n'),
    create(name: string, container: Partial<coreV1.Container>): void {
      const main = { name: 'main', image: testImage, volumeMounts: [{ name: 'shared', mountPath: '/shared' }], ...container };
      const spec = { nodeName: 'n1', restartPolicy: 'Always', terminationGracePeriodSeconds: 10, containers: [main], volumes: [{ name: 'shared', hostPath: { path: shared } }] };
      client.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: randomUUID() }, spec, status: { phase: 'Pending' } } as Pod);
    },
    status: (name: string) => pod(name)?.status?.containerStatuses?.[0],
    events: () => client.objects(EVENTS).map(({ reason, message }) => `${reason}: ${message}`),
    until: (wanted: () => boolean | undefined) => vi.waitUntil(() => wanted() === true, { timeout: 60_000, interval: 20 }),
    async close(): Promise<void> {
      await kubelet.stop();
      await removeAll(cluster);
      await Promise.all([runtime.close(), bus.close(), client.close(), ...[dataDir, shared].map((path) => rm(path, { recursive: true, force: true }))]);
    },
  };
}

const shell = (script: string): string[] => ['sh', '-c', script];
const EVERY_SECOND = { periodSeconds: 1, failureThreshold: 1 };

test('containers on an engine are probed, restarted and ended with their hooks', { timeout: 120_000 }, async (context) => {
  const absent = await engineAbsent();
  if (absent !== undefined) return context.skip(absent);
  const node = await setting();
  try {
    node.create('served', { command: shell('sleep 1; mkdir /w; touch /w/index.html; exec httpd -f -p 8080 -h /w'), readinessProbe: { httpGet: { port: 8080, path: '/index.html' }, ...EVERY_SECOND } });
    node.create('frail', { command: shell('trap "exit 0" TERM; touch /tmp/well; sleep 1; rm /tmp/well; while :; do sleep 0.1; done'), livenessProbe: { exec: { command: ['cat', '/tmp/well'] }, ...EVERY_SECOND } });
    node.create('hanging', { command: shell('trap "exit 0" TERM; while :; do sleep 0.1; done'), lifecycle: { postStart: { exec: { command: ['sleep', '600'] } } } });
    node.create('hooked', {
      command: shell('trap "echo term >> /shared/said; exit 0" TERM; while :; do sleep 0.1; done'),
      lifecycle: { postStart: { exec: { command: shell('echo postStart >> /shared/said') } }, preStop: { exec: { command: shell('echo preStop >> /shared/said; sleep 1; echo preStop over >> /shared/said') } } },
    });
    node.create('unhooked', { command: shell('trap "echo unhooked >> /shared/other; exit 0" TERM; while :; do sleep 0.1; done'), lifecycle: { postStart: { exec: { command: ['false'] } } } });
    await node.until(() => node.status('served')?.ready);
    expect(node.pod('served')?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    await node.until(() => (node.status('frail')?.restartCount ?? 0) > 0);
    expect(node.events()).toEqual(expect.arrayContaining(["Unhealthy: Liveness probe failed: cat: can't open '/tmp/well': No such file or directory\n", 'Killing: Container main failed liveness probe, will be restarted']));
    await node.until(() => node.events().filter((event) => event === 'Started: Container started').length >= 5);
    await node.until(() => node.status('hooked')?.ready);
    expect(await node.said()).toEqual(['postStart']);
    await node.until(() => node.events().includes('FailedPostStartHook: PostStartHook failed') && (node.status('unhooked')?.restartCount ?? 0) > 0);
    for (const name of ['served', 'frail', 'hanging', 'hooked', 'unhooked']) await node.client.resource(PODS, 'default').delete(name);
    await node.until(() => node.client.objects(PODS).length === 0);
    expect(await node.said()).toEqual(['postStart', 'preStop', 'preStop over', 'term']);
    expect(await leftOver(node.cluster)).toEqual([]);
  } finally {
    await node.close();
  }
});
