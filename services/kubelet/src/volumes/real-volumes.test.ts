import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { authenticationV1, coreV1 } from '@gantry/api-types';
import { settle, silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import type { MemoryBus } from '@gantry/bus';
import { createFakeClient, EVENTS, PODS } from '@gantry/client';
import type { FakeClient } from '@gantry/client';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { createDockerRuntime } from '@gantry/container-runtime/docker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineAbsent, removeAll, socketPath, testImage } from '../../../../libs/container-runtime/src/docker/docker-harness.suite.js';
import { startKubelet } from '../kubelet.js';
import type { Kubelet } from '../kubelet.js';
import type { Pod } from '../pods/pod.js';
import { unmountBelow } from './memory.js';

/** Milliseconds: an engine that is busy with others takes its time. */
const PATIENCE = { timeout: 90_000 };

describe('what containers of a Docker engine see of volumes', PATIENCE, () => {
  let cluster: string;
  let dataDir: string;
  let client: FakeClient;
  let bus: MemoryBus;
  let runtime: ContainerRuntime;
  let kubelet: Kubelet | undefined;

  beforeEach(async (context) => {
    const absent = (await engineAbsent()) ?? (process.getuid?.() === 0 ? undefined : 'needs root to give files to other users');
    if (absent !== undefined) return context.skip(absent);
    cluster = `test-${randomBytes(4).toString('hex')}`;
    dataDir = await mkdtemp(join(tmpdir(), 'gantry-volumes-'));
    client = createFakeClient();
    client.react(({ path, body }) => (path.endsWith('/token') ? issue(JSON.parse(Buffer.from(body ?? '').toString()) as authenticationV1.TokenRequest) : undefined));
    bus = createMemoryBus();
    runtime = createDockerRuntime({ socketPath, cluster, node: 'n1', podNetwork: 'bridge' });
    await start();
  });
  afterEach(async () => {
    if (kubelet === undefined) return;
    await kubelet.stop();
    await removeAll(cluster);
    await unmountBelow(dataDir);
    await Promise.all([runtime.close(), bus.close(), client.close(), rm(dataDir, { recursive: true, force: true })]);
    kubelet = undefined;
  });

  let issued = 0;
  function issue(request: authenticationV1.TokenRequest) {
    issued += 1;
    const claims = { iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 3600, 'kubernetes.io': { pod: { uid: request.spec?.boundObjectRef?.uid } } };
    const token = `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
    return { status: 201, headers: {}, body: Buffer.from(JSON.stringify({ ...request, status: { token, expirationTimestamp: new Date(claims.exp * 1000).toISOString() } })) };
  }

  async function start(): Promise<void> {
    kubelet = await startKubelet({
      client, bus, runtime, nodeName: 'n1', logger: silentLogger, dataDir, capacity: { cpu: '2', memory: '4Gi', pods: '10' }, network: undefined,
      addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
    });
    await kubelet.ready;
  }

  function create(name: string, script: string, spec: Partial<coreV1.PodSpec>, volumeMounts: coreV1.VolumeMount[], env: coreV1.EnvVar[] = []): void {
    const containers = [{ name: 'main', image: testImage, command: ['sh', '-c', script], volumeMounts, env }];
    client.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: randomUUID(), labels: { app: 'x' } }, spec: { nodeName: 'n1', restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers, ...spec }, status: { phase: 'Pending' } } as Pod);
  }

  const podOf = (name: string): Pod | undefined => client.objects(PODS).find(({ metadata }) => metadata?.name === name);

  async function until(wanted: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await wanted())) await settle(1);
  }

  async function output(name: string): Promise<string> {
    await until(() => /^(Succeeded|Failed)$/.test(podOf(name)?.status?.phase ?? ''));
    const [container] = await runtime.listContainers({ podUid: podOf(name)?.metadata?.uid ?? '' });
    const chunks: Uint8Array[] = [];
    for await (const entry of runtime.logs(container?.id ?? '', { follow: false }, new AbortController().signal)) chunks.push(entry.data);
    return Buffer.concat(chunks).toString();
  }

  async function inside(name: string, script: string): Promise<string> {
    const [container] = await runtime.listContainers({ podUid: podOf(name)?.metadata?.uid ?? '' });
    const { stdout } = await runtime.execSync(container?.id ?? '', ['sh', '-c', script], 30_000);
    return Buffer.from(stdout).toString();
  }

  const configMap = (name: string, data: Record<string, string>): coreV1.ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data });
  const secret = (name: string, data: Record<string, string>): coreV1.Secret => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) });

  test('files have their contents, modes and owners, and cannot be written', async () => {
    client.seed(configMap('settings', { color: 'blue' }), secret('keys', { key: 's3cret' }), configMap('kube-root-ca.crt', { 'ca.crt': 'CA' }));
    const access: coreV1.VolumeProjection[] = [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }, { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ];
    const volumes: coreV1.Volume[] = [
      { name: 'settings', configMap: { name: 'settings', defaultMode: 0o400 } }, { name: 'keys', secret: { secretName: 'keys' } }, { name: 'self', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { name: 'access', projected: { sources: access, defaultMode: 0o644 } }, { name: 'scratch', emptyDir: {} }, { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ];
    const mounts = [...volumes.map(({ name }) => ({ name, mountPath: `/v/${name}` })), { name: 'settings', mountPath: '/one', subPath: 'color' }, { name: 'scratch', mountPath: '/part', subPathExpr: 'of-$(NAME)' }];
    create('sees', [
      'cd /v; cat settings/color keys/key self/labels access/ca.crt access/namespace /one; echo',
      'stat -L -c "%n %a %u %g" settings/color keys/key access/token scratch memory /part',
      'touch settings/x 2>/dev/null || echo readonly; touch scratch/made memory/made /part/x; stat -c "%n %g" scratch/made memory/made scratch/of-web/x; grep " /v/memory " /proc/mounts | cut -d" " -f1,3; df -k /v/memory | tail -1 | awk "{print \\$2}"; grep -c " /v/keys tmpfs " /proc/mounts',
    ].join('\n'), { volumes, securityContext: { runAsUser: 1001, fsGroup: 1234 } }, mounts, [{ name: 'NAME', value: 'web' }]);
    expect(await output('sees')).toBe([
      'blues3cretapp="x"CAdefaultblue',
      'settings/color 440 0 1234', 'keys/key 644 0 1234', 'access/token 640 1001 1234', 'scratch 2777 0 1234', 'memory 2777 0 1234', '/part 2777 0 1234',
      'readonly', 'scratch/made 1234', 'memory/made 1234', 'scratch/of-web/x 1234', 'tmpfs tmpfs', '1024', '1', '',
    ].join('\n'));
    await until(async () => (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(` ${dataDir}/`)).length === 1);
    await until(async () => (await readdir(join(dataDir, 'memory'))).length === 0);
  });

  test('a pod waits for what is missing, starts when it comes, sees its changes, and goes on so with the next kubelet', async () => {
    const sources: coreV1.VolumeProjection[] = [{ serviceAccountToken: { path: 'token' } }, { secret: { name: 'keys', optional: true } }];
    create('waits', 'exec sleep 600', { volumes: [{ name: 'v', configMap: { name: 'settings' } }, { name: 'p', projected: { sources } }] }, [{ name: 'v', mountPath: '/v' }, { name: 'p', mountPath: '/p' }]);
    await until(() => client.objects(EVENTS).some(({ reason, message }) => reason === 'FailedMount' && message === 'MountVolume.SetUp failed for volume "v" : configmap "settings" not found'));
    expect(podOf('waits')?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
    client.seed(configMap('settings', { color: 'blue' }));
    await until(() => podOf('waits')?.status?.containerStatuses?.[0]?.state?.running !== undefined);
    expect(await inside('waits', 'cat /v/color; ls /p')).toBe('bluetoken\n');
    client.seed(configMap('settings', { color: 'red' }), secret('keys', { key: 's3cret' }));
    await until(async () => (await inside('waits', 'cat /v/color /p/key')) === 'reds3cret');
    const before = issued;
    await kubelet?.stop();
    client.seed(configMap('settings', { color: 'green' }));
    await start();
    await until(async () => (await inside('waits', 'cat /v/color')) === 'green');
    expect(issued).toBe(before);
    await client.resource(PODS, 'default').delete('waits');
    await until(() => podOf('waits') === undefined);
    expect([...(await readdir(join(dataDir, 'pods'))), ...(await readdir(join(dataDir, 'memory')))]).toEqual([]);
  });

  test('a container waits for the config map of its environment, and starts when it comes', async () => {
    create('asks', 'echo $COLOR', {}, [], [{ name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } }]);
    await until(() => podOf('asks')?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError');
    client.seed(configMap('settings', { color: 'blue' }));
    expect(await output('asks')).toBe('blue\n');
  });
});
