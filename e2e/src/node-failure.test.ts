import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placesOf } from '@gantry/cluster/lifecycle';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { runtimeReason } from './kit/images.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { run, runOk } from './kit/run.js';
import { containersOf, runtimeUnderTest } from './kit/standalone-form.js';

/** What happens to a node from outside: its process killed, its container restarted or removed, everything gone as by a reboot. */
const IMAGE = 'busybox:1.36';
const TIMEOUT_MS = 60_000;
const program = findKubectl('1.33');
const reason = program === undefined ? 'this machine has no kubectl 1.33' : await runtimeReason(runtimeUnderTest(), [IMAGE]);

describe.skipIf(reason !== undefined)(`a node that is hit${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  beforeAll(async () => {
    gantry = await gantryIn(`hit-${process.pid}`);
    await gantry('up', '--detach');
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    await kubectl.input(pods, 'apply', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  const nodeContainer = (): string => `gantry-${gantry.cluster}-node-1`;

  /** The node's own network, as it is now, reaches a pod at its address. */
  async function reachable(pod: string): Promise<void> {
    const address = await kubectl('get', 'pod', pod, '-o', 'jsonpath={.status.podIP}');
    await vi.waitUntil(
      async () => {
        const network = await containersOf(gantry).networkOf('node-1').catch(() => '/nonexistent');
        const request = await run('nsenter', [`--net=${network}`, process.execPath, '-e', `fetch('http://${address}:8080/').then((answer) => process.exit(answer.status === 404 ? 0 : 1), () => process.exit(2))`]);
        return request.code === 0;
      },
      { timeout: TIMEOUT_MS, interval: 200 },
    );
  }

  async function containerId(pod: string): Promise<string> {
    return kubectl('get', 'pod', pod, '-o', 'jsonpath={.status.containerStatuses[0].containerID}');
  }

  /** The kubelet's process: the one whose arguments name its program, below the process that holds the cluster's lock. */
  async function kubeletPid(): Promise<number> {
    const { pid } = JSON.parse(await readFile(placesOf(gantry.home, gantry.cluster).lock, 'utf8')) as { pid: number };
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
    for (const child of children) if ((await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')).includes('node-process/main.js')) return child;
    throw new Error('the node has no process');
  }

  async function anotherKubelet(before: number): Promise<void> {
    await vi.waitUntil(async () => ![undefined, before].includes(await kubeletPid().catch(() => undefined)), { timeout: TIMEOUT_MS, interval: 100 });
    await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s');
  }

  it('starts a killed process again; containers run on', async () => {
    const [pid, id] = [await kubeletPid(), await containerId('web')];
    process.kill(pid, 'SIGKILL');
    await anotherKubelet(pid);
    // The condition Ready outlives a kubelet that is away for a moment: its streams do not.
    await vi.waitUntil(async () => (await kubectl.try(['logs', 'web'])).stdout === 'serving\n', { timeout: TIMEOUT_MS, interval: 200 });
    expect(await containerId('web')).toBe(id);
    await reachable('web');
  });

  it.skipIf(runtimeUnderTest() === 'oci')('plugs pods in again when the container of the node was restarted (needs a node that is a container)', async () => {
    const [pid, id] = [await kubeletPid(), await containerId('web')];
    await runOk('docker', ['restart', '-t', '0', nodeContainer()]);
    await anotherKubelet(pid);
    await reachable('web');
    expect(await containerId('web')).toBe(id);
  });

  it('makes the network of the node anew when it was taken away, and what shared its network with it', async () => {
    const [pid, id, sharing] = [await kubeletPid(), await containerId('web'), await containerId('sharing')];
    await containersOf(gantry).removeNetworkOf('node-1');
    await anotherKubelet(pid);
    await reachable('web');
    expect(await containerId('web')).toBe(id);
    await vi.waitUntil(async () => (await containerId('sharing')) !== sharing, { timeout: TIMEOUT_MS, interval: 200 });
    await kubectl('wait', '--for=condition=Ready', 'pod', 'sharing', '--timeout=60s');
    await reachable('sharing');
  });

  it('runs its pods again when all containers have ended, as by a restart of the engine', async () => {
    const [pid, id] = [await kubeletPid(), await containerId('web')];
    await containersOf(gantry).kill('node-1');
    // On an engine the node is one of them.
    if (runtimeUnderTest() === 'docker') await anotherKubelet(pid);
    await vi.waitUntil(async () => (await containerId('web')) !== id, { timeout: TIMEOUT_MS, interval: 200 });
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
    await reachable('web');
  });

  it('runs its pods again after a reboot: nothing runs, files and dead containers are there', async () => {
    const { pid } = JSON.parse(await readFile(placesOf(gantry.home, gantry.cluster).lock, 'utf8')) as { pid: number };
    const kubelet = await kubeletPid();
    process.kill(pid, 'SIGKILL');
    await vi.waitUntil(() => !isRunning(kubelet), { timeout: TIMEOUT_MS });
    await containersOf(gantry).kill('node-1');
    await gantry('start');
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
    await reachable('web');
  });

  it('shows the log of the node as that of the kubelet', async () => {
    expect(await readFile(join(placesOf(gantry.home, gantry.cluster).logs, 'node-1.log'), 'utf8')).not.toMatch(/^\s+at /m);
    expect(await gantry('logs', 'kubelet')).toMatch(/INFO +kubelet +the node serves/);
    expect(await gantry('logs')).toContain("the node's network namespace is gone");
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pods = `
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: main, image: "${IMAGE}", command: [sh, -c, "echo serving; exec httpd -f -p 8080"]}
---
apiVersion: v1
kind: Pod
metadata: {name: sharing}
spec:
  hostNetwork: true
  terminationGracePeriodSeconds: 1
  containers:
  - {name: main, image: "${IMAGE}", command: [sh, -c, "exec httpd -f -p 8080"]}
`;
