import { existsSync, readFileSync } from 'node:fs';
import { placesOf } from '@gantry/cluster/lifecycle';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { runtimeReason } from './kit/images.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { run } from './kit/run.js';
import { containersOf, runtimeUnderTest } from './kit/standalone-form.js';
import { tracesOf } from './kit/traces.js';

/** Several nodes through the life of a cluster: more of them, fewer, killed, recreated, hollow ones beside them. */
const IMAGE = 'nginx:1';
const TIMEOUT_MS = 90_000;
const program = findKubectl('1.33');
const reason = program === undefined ? 'this machine has no kubectl 1.33' : await runtimeReason(runtimeUnderTest(), [IMAGE]);

describe.skipIf(reason !== undefined)(`a cluster of several nodes${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  let before: string[];
  beforeAll(async () => {
    gantry = await gantryIn(`several-${process.pid}`);
    before = await tracesOf(gantry.cluster, gantry.home);
    await gantry('up', '--detach', '--nodes', '2', '--hollow', '3');
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    await kubectl('create', 'deployment', 'web', `--image=${IMAGE}`, '--replicas=4');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  const nodes = async (): Promise<string[]> => (await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n').map((name) => name.replace('node/', ''));
  const of = (node: string, path: string): Promise<string> => kubectl('get', 'node', node, '-o', `jsonpath={${path}}`);
  const nodesOfPods = async (): Promise<string[]> => (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].spec.nodeName}')).trim().split(' ').sort();

  /** Status code that each pod's server gives in the network of a node. */
  async function answers(node: string): Promise<string[]> {
    const addresses = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].status.podIP}')).trim().split(' ');
    const ask = `Promise.all(process.argv.slice(1).map((host) => fetch('http://' + host, { signal: AbortSignal.timeout(3000) }).then((answer) => answer.status, () => 0))).then((all) => console.log(all.join(' ')))`;
    return (await run('nsenter', [`--net=${await containersOf(gantry).networkOf(node)}`, process.execPath, '-e', ask, ...addresses])).stdout.trim().split(' ');
  }

  async function allAnswer(count: number): Promise<void> {
    for (const node of (await nodes()).filter((name) => name.startsWith('node-'))) {
      await vi.waitFor(async () => expect(await answers(node)).toEqual(Array.from({ length: count }, () => '200')), { timeout: TIMEOUT_MS, interval: 300 });
    }
  }

  it('has ranges of its own on each, and pods that reach each other from node to node', async () => {
    expect(await nodes()).toEqual(['hollow-1', 'hollow-2', 'hollow-3', 'node-1', 'node-2']);
    const ranges = await Promise.all(['node-1', 'node-2'].map((node) => of(node, '.spec.podCIDR')));
    expect(new Set(ranges).size).toBe(2);
    expect(new Set(await nodesOfPods())).toEqual(new Set(['node-1', 'node-2']));
    await allAnswer(4);
  });

  it('puts on hollow nodes only what tolerates them', async () => {
    const overrides = { spec: { nodeSelector: { 'gantry.io/hollow': 'true' }, tolerations: [{ key: 'gantry.io/hollow', operator: 'Exists' }] } };
    await kubectl('run', 'light', `--image=${IMAGE}`, `--overrides=${JSON.stringify(overrides)}`);
    await kubectl('wait', '--for=condition=Ready', 'pod/light', '--timeout=60s');
    expect(await kubectl('get', 'pod', 'light', '-o', 'jsonpath={.spec.nodeName} {.status.podIP}')).toMatch(/^hollow-\d 240\./);
  });

  it('serves a node port on the loopback address of the machine', async () => {
    await kubectl('expose', 'deployment', 'web', '--type=NodePort', '--port=80');
    const port = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.ports[0].nodePort}');
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200), { timeout: TIMEOUT_MS, interval: 200 });
  });

  it('keeps the address of a node whose network was taken away, and the ways to its pods', async () => {
    const before = await of('node-2', '.status.addresses[0].address');
    await containersOf(gantry).removeNetworkOf('node-2');
    await vi.waitFor(async () => expect((await run('nsenter', [`--net=${await containersOf(gantry).networkOf('node-2')}`, 'true'])).code).toBe(0), { timeout: TIMEOUT_MS, interval: 200 });
    await allAnswer(4);
    expect(await of('node-2', '.status.addresses[0].address')).toBe(before);
  });

  it('is adopted with all its containers after kill -9 of the control plane', async () => {
    const running = await containersOf(gantry).running();
    const { pid } = JSON.parse(readFileSync(placesOf(gantry.home, gantry.cluster).lock, 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await gantry('start');
    expect(await containersOf(gantry).running()).toEqual(running);
    await allAnswer(4);
  });

  it('shows its nodes', async () => {
    const status = JSON.parse(await gantry('status', '-o', 'json')) as { nodes: { name: string; pid?: number }[]; hollow: number };
    expect(status.nodes.map(({ name, pid }) => [name, typeof pid])).toEqual([['node-1', 'number'], ['node-2', 'number']]);
    expect(status.hollow).toBe(3);
    expect((await gantry('list')).split('\n')[1]).toContain('2+3');
  });

  it('grows and shrinks with the next start, and loses no replica', async () => {
    await gantry('stop');
    await gantry('start', '--nodes', '3', '--hollow', '0');
    expect(await nodes()).toEqual(['node-1', 'node-2', 'node-3']);
    await allAnswer(4);
    await gantry('stop');
    await gantry('start', '--nodes', '1');
    expect(await nodes()).toEqual(['node-1']);
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
    expect(new Set(await nodesOfPods())).toEqual(new Set(['node-1']));
    expect(await containersOf(gantry).running('node-2')).toEqual([]);
    await allAnswer(4);
  });

  it('leaves nothing when it is deleted', async () => {
    const { folder, system } = placesOf(gantry.home, gantry.cluster);
    await gantry('delete');
    expect(await tracesOf(gantry.cluster, gantry.home)).toEqual(before);
    expect([existsSync(folder), existsSync(system)]).toEqual([false, false]);
  });
});
