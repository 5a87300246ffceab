import { readFileSync } from 'node:fs';
import { placesOf } from '@gantry/cluster/lifecycle';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';

/** What Services say of their pods, in a cluster without containers: no packet is sent here. */
const WAIT = { timeout: 60_000, interval: 200 };
const REPLICAS = 12;

interface Slices {
  readonly items: readonly { readonly endpoints?: readonly { readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[] }[];
}

interface Pods {
  readonly items: readonly { readonly status: { readonly podIP?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] } }[];
}

const EXTERNAL = `
apiVersion: v1
kind: Endpoints
metadata: { name: outside }
subsets: [{ addresses: [{ ip: 192.0.2.10 }], ports: [{ port: 5432 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: outside }
spec: { ports: [{ port: 5432 }] }
`;

describe.each(['1.27', '1.33'])('endpoints, seen with kubectl %s', (version) => {
  const program = findKubectl(version);
  let gantry: Gantry;
  let kubectl: Kubectl;
  beforeAll(async () => {
    if (program === undefined) return;
    gantry = await gantryIn(`ends-${version.replace('.', '-')}-${process.pid}`);
    await gantry('up', '--detach', '--runtime', 'hollow');
    kubectl = kubectlOf(program, version, gantry.kubeconfig);
    await kubectl('create', 'deployment', 'web', '--image=nginx:1', `--replicas=${REPLICAS}`, '--port=80');
    await kubectl('expose', 'deployment', 'web', '--port=80');
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await kubectl('get', ...args, '-o', 'json')) as T;
  const slices = (service: string) => json<Slices>('endpointslices', '-l', `kubernetes.io/service-name=${service}`);

  /** Every ready pod is one ready endpoint of exactly one slice, and an address of the Endpoints; nothing else is. */
  const expectExact = (replicas: number): Promise<void> =>
    vi.waitFor(async () => {
      const pods = (await json<Pods>('pods', '-l', 'app=web')).items.filter(({ status }) => status.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True'));
      const addresses = pods.map(({ status }) => status.podIP).sort();
      expect(addresses).toHaveLength(replicas);
      const endpoints = (await slices('web')).items.flatMap((slice) => slice.endpoints ?? []);
      expect(endpoints.map(({ addresses: [address], conditions }) => (conditions?.ready === true ? address : `${address} not ready`)).sort()).toEqual(addresses);
      expect((await kubectl('get', 'endpoints', 'web', '-o', 'jsonpath={.subsets[*].addresses[*].ip}')).split(' ').sort()).toEqual(addresses);
    }, WAIT);

  it('follow the pods of a deployment', async (ctx) => {
    if (program === undefined) ctx.skip(`this machine has no kubectl ${version}`);
    await expectExact(REPLICAS);
    await kubectl('scale', 'deployment/web', '--replicas=3');
    await expectExact(3);
  });

  it('are exact after the control plane was killed while they changed, and the node has the range that it had', async (ctx) => {
    if (program === undefined) ctx.skip(`this machine has no kubectl ${version}`);
    const ranges = () => kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].spec.podCIDRs}');
    const before = await ranges();
    await kubectl('scale', 'deployment/web', `--replicas=${REPLICAS}`);
    const lock = JSON.parse(readFileSync(placesOf(gantry.home, gantry.cluster).lock, 'utf8')) as { pid: number };
    process.kill(lock.pid, 'SIGKILL');
    await gantry('start');
    await expectExact(REPLICAS);
    expect(before).toBe('["10.244.0.0/24"]');
    expect(await ranges()).toBe(before);
  });

  it('that a user wrote are mirrored, and all go with their service', async (ctx) => {
    if (program === undefined) ctx.skip(`this machine has no kubectl ${version}`);
    await kubectl.input(EXTERNAL, 'apply', '-f', '-');
    await vi.waitFor(async () => expect((await slices('outside')).items).toMatchObject([{ endpoints: [{ addresses: ['192.0.2.10'], conditions: { ready: true } }] }]), WAIT);
    await kubectl('delete', 'service', 'outside', 'web');
    await vi.waitFor(async () => {
      const left = await kubectl('get', 'endpoints,endpointslices', '-o', 'name');
      expect(left.split('\n').filter((name) => name !== '' && !name.endsWith('/kubernetes'))).toEqual([]);
    }, WAIT);
  });
});
