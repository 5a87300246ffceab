import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ASK_API, RESOLVE } from './kit/asking.js';
import { composeProject, composeReason, type ComposeProject } from './kit/compose.js';
import { engineReason } from './kit/engine.js';
import { containersOnEngine } from './kit/containers.js';
import { Inside } from './kit/inside.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { runOk } from './kit/run.js';

/** Nodes as containers of Compose: their pods reach each other, and what is done to the containers is done to the nodes. */
const SERVICES = ['postgres', 'nats', 'store', 'api', 'balancer', 'controllers', 'scheduler', 'node'];
const IMAGE = 'nginx:1';
const PODS = 6;
const MINUTES = 240_000;
const SOON = { timeout: 90_000, interval: 250 };
const program = findKubectl('1.33');
const reason = program === undefined ? 'this machine has no kubectl 1.33' : ((await engineReason([IMAGE, 'registry.k8s.io/pause:3.10'])) ?? (await composeReason()));

/** `HOST…`: the status code that a web server of each gives, 0 where none answers. */
const ASK_ALL = `Promise.all(process.argv.slice(1).map((host) => fetch('http://' + host, { signal: AbortSignal.timeout(3000) }).then((answer) => answer.status, () => 0))).then((all) => console.log(all.join(' ')))`;

describe.skipIf(reason !== undefined)(`nodes under Compose${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let compose: ComposeProject;
  let kubectl: Kubectl;
  let inside: Inside;
  beforeAll(async () => {
    compose = await composeProject(`gantry-cnodes-${process.pid}`, ['setup', 'node']);
    compose.env['GANTRY_REPLICAS'] = '1';
    await scale(2, ...SERVICES);
    await compose.writeKubeconfig();
    kubectl = kubectlOf(program ?? '', '1.33', compose.kubeconfig);
    inside = new Inside(containersOnEngine(`compose.${compose.project}`));
    await vi.waitFor(async () => expect(await ready()).toEqual(['node-1', 'node-2']), SOON);
    await kubectl('create', 'deployment', 'web', `--image=${IMAGE}`, `--replicas=${PODS}`);
    await kubectl('expose', 'deployment', 'web', '--port=80');
    await running();
  }, 900_000);
  afterAll(() => compose?.dispose());

  /** Nodes, and that many of them; what is up besides stays as it is. */
  const scale = (nodes: number, ...services: readonly string[]): Promise<string> =>
    compose(['up', '--detach', '--no-build', '--no-recreate', '--scale', `node=${nodes}`, ...(services.length === 0 ? ['node'] : services)], { timeoutMs: MINUTES });
  const texts = async (...args: readonly string[]): Promise<string[]> => (await kubectl(...args)).trim().split(/\s+/).filter((text) => text !== '');
  const nodes = (): Promise<string[]> => texts('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}');
  const ready = async (): Promise<string[]> => (await texts('get', 'nodes', '-o', 'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}')).filter((text) => text.endsWith('=True')).map((text) => text.replace('=True', ''));
  const capacities = (): Promise<string[]> => texts('get', 'nodes', '-o', 'jsonpath={.items[*].status.capacity.cpu}');
  const podsBy = (path: string): Promise<string[]> => texts('get', 'pods', '-l', 'app=web', '-o', `jsonpath={.items[*]${path}}`);
  const running = (): Promise<string> => kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  const containers = async (node: string): Promise<string[]> =>
    (await runOk('docker', ['ps', '--quiet', '--filter', `label=io.gantry.cluster=compose.${compose.project}`, '--filter', `label=io.gantry.node=${node}`])).trim().split('\n').sort();
  const processId = async (node: number): Promise<number> => Number((await runOk('docker', ['inspect', '-f', '{{.State.Pid}}', `${compose.project}-node-${node}`])).trim());

  /** From a pod of each node: every pod, the Service, names, the API. */
  async function allReachAll(count = PODS): Promise<void> {
    const [addresses, names, placed] = await Promise.all([podsBy('.status.podIP'), podsBy('.metadata.name'), podsBy('.spec.nodeName')]);
    expect(addresses).toHaveLength(count);
    const service = (await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')).trim();
    for (const node of new Set(placed)) {
      const pod = names[placed.indexOf(node)] ?? '';
      const say = async (script: string, ...args: readonly string[]): Promise<string> => (await inside.pod(pod, script, ...args)).stdout.trim();
      expect(await say(ASK_ALL, ...addresses, service)).toBe(Array.from({ length: count + 1 }, () => 200).join(' '));
      expect(await say(RESOLVE, 'web.default.svc.cluster.local', '10.96.0.10')).toBe(service);
      expect(await say(RESOLVE, 'api', '10.96.0.10')).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(await say(ASK_API, '10.96.0.1', '443')).toMatch(/^\d+ .*DNS:kubernetes/);
    }
  }
  const allReachAllSoon = (count = PODS): Promise<void> => vi.waitFor(() => allReachAll(count), SOON);

  it('have pods that reach each other, Services, names and the API from every node', async () => {
    expect(new Set(await podsBy('.spec.nodeName'))).toEqual(new Set(['node-1', 'node-2']));
    await allReachAllSoon();
  }, MINUTES);

  it('are no more privileged than it takes to plug pods in', async () => {
    const config = JSON.parse(await runOk('docker', ['inspect', '-f', '{{json .HostConfig}}', `${compose.project}-node-1`])) as { Privileged: boolean; CapAdd: string[] };
    expect([config.Privileged, config.CapAdd.map((name) => name.replace('CAP_', '')).sort()]).toEqual([false, ['NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE']]);
  });

  it('show pods the files of the machine, never its engine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gantry-host-path-'));
    try {
      const pod = (name: string, path: string, type: string) => ({
        apiVersion: 'v1', kind: 'Pod', metadata: { name },
        spec: {
          restartPolicy: 'Never', terminationGracePeriodSeconds: 0, volumes: [{ name: 'v', hostPath: { path, type } }],
          containers: [{ name: 'c', image: IMAGE, command: ['sh', '-c', 'echo seen >/v/file'], volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
        },
      });
      await kubectl.input(JSON.stringify(pod('files', join(folder, 'made'), 'DirectoryOrCreate')), 'apply', '-f', '-');
      await kubectl.input(JSON.stringify(pod('engine', '/var/run/docker.sock', 'Socket')), 'apply', '-f', '-');
      await vi.waitFor(async () => expect(await readFile(join(folder, 'made', 'file'), 'utf8')).toBe('seen\n'), SOON);
      await vi.waitFor(async () => expect(await kubectl('get', 'events', '--field-selector', 'involvedObject.name=engine')).toContain('would give access to the node itself'), SOON);
      await kubectl('delete', 'pod', 'files', 'engine');
    } finally {
      await rm(folder, { recursive: true });
    }
  }, MINUTES);

  it('plug the same containers in again after the end of their process', async () => {
    const [before, first] = [await containers('node-1'), await processId(1)];
    process.kill(first, 'SIGKILL');
    await vi.waitFor(async () => expect([0, first]).not.toContain(await processId(1)), SOON);
    await allReachAllSoon();
    expect(await containers('node-1')).toEqual(before);
    expect(await podsBy('.status.containerStatuses[0].restartCount')).toEqual(Array.from({ length: PODS }, () => '0'));
  }, MINUTES);

  it('start their pods again, the same objects, when they are restarted', async () => {
    const before = (await podsBy('.metadata.uid')).sort();
    await compose(['restart', 'node'], { timeoutMs: MINUTES });
    await allReachAllSoon();
    expect((await podsBy('.metadata.uid')).sort()).toEqual(before);
    expect(new Set(await podsBy('.status.containerStatuses[0].restartCount'))).toEqual(new Set(['1']));
  }, MINUTES);

  it('keep their names and pods when their containers are made anew', async () => {
    const before = (await podsBy('.metadata.uid')).sort();
    await compose(['up', '--detach', '--no-build', '--no-deps', '--force-recreate', '--scale', 'node=2', 'node'], { timeoutMs: MINUTES });
    await allReachAllSoon();
    expect(await nodes()).toEqual(['node-1', 'node-2']);
    expect((await podsBy('.metadata.uid')).sort()).toEqual(before);
  }, MINUTES);

  it('divide the machine, whatever their number; one that is scaled away leaves its pods to the others and is gone', async () => {
    const two = await capacities();
    await scale(4);
    await vi.waitFor(async () => expect(await ready()).toEqual(['node-1', 'node-2', 'node-3', 'node-4']), SOON);
    await vi.waitFor(async () => expect(new Set(await capacities()).size).toBe(1), SOON);
    expect(await capacities()).not.toEqual([...two, ...two]);
    await kubectl('scale', 'deployment/web', `--replicas=${2 * PODS}`);
    await running();
    await allReachAllSoon(2 * PODS);
    expect(new Set(await podsBy('.spec.nodeName')).size).toBe(4);
    await scale(2);
    await vi.waitFor(async () => expect(await nodes()).toEqual(['node-1', 'node-2']), SOON);
    await running();
    expect(await capacities()).toEqual(two);
    expect(await containers('node-3')).toEqual(['']);
    await allReachAllSoon(2 * PODS);
    await scale(3);
    await vi.waitFor(async () => expect(await ready()).toEqual(['node-1', 'node-2', 'node-3']), SOON);
  }, MINUTES);

  it('leave nothing behind when Compose takes the project down', async () => {
    await compose(['down', '--volumes', '--remove-orphans'], { timeoutMs: MINUTES });
    expect(await compose.objects()).toEqual([]);
  }, MINUTES);
});
