import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inNamespaceOf, run } from './commands.js';
import type { HostPort } from './host-port-rules.js';
import type { PodNetwork } from './pod-network.js';
import { createRoutedPodNetwork } from './routed-network.js';

/** A process in a network namespace of its own. */
async function newNamespace(): Promise<ChildProcess & { pid: number }> {
  const child = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => Promise.reject(new Error('no namespace')))]);
  return child as ChildProcess & { pid: number };
}

async function whyNot(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'needs root to make network namespaces';
  try {
    const child = await newNamespace();
    child.kill();
    const own = await readlink(`/proc/${child.pid}/ns/net`).catch(() => '');
    return own === (await readlink('/proc/self/ns/net')) ? 'network namespaces cannot be made here' : undefined;
  } catch {
    return 'network namespaces cannot be made here';
  }
}

const inside = (pid: number, program: string, ...args: string[]): Promise<string> => run(...inNamespaceOf(pid, program, args));

const SERVER = "require('net').createServer((c) => c.end(c.remoteAddress)).listen(8080, '0.0.0.0', () => console.log('ready'))";
const CLIENT = "require('net').connect(process.argv[2], process.argv[1]).pipe(process.stdout)";

/** Connects from one namespace to a server in another; returns the address that the server saw. */
async function askWho(from: number, to: number, address: string, port = 8080): Promise<string> {
  const [program, args] = inNamespaceOf(to, process.execPath, ['-e', SERVER]);
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  try {
    await once(server.stdout, 'data');
    return await inside(from, process.execPath, '-e', CLIENT, address, String(port));
  } finally {
    server.kill();
    await ended;
  }
}

describe('the routed pod network', () => {
  let absent: string | undefined;
  let directory: string;
  let node: ChildProcess & { pid: number };
  let network: PodNetwork;
  const pods: (ChildProcess & { pid: number })[] = [];

  const open = (): Promise<PodNetwork> =>
    createRoutedPodNetwork({ netns: node.pid, podCidr: '10.244.7.0/24', clusterCidr: '10.244.0.0/16', nodeAddresses: ['192.0.2.1'], directory: join(directory, 'network'), logger: silentLogger });
  const newPod = async (): Promise<number> => {
    const pod = await newNamespace();
    pods.push(pod);
    return pod.pid;
  };
  const pod = (uid: string) => ({ uid, namespace: 'default', name: uid });

  beforeAll(async () => void (absent = await whyNot()));
  beforeEach(async (context) => {
    if (absent !== undefined) return context.skip(absent);
    directory = await mkdtemp(join(tmpdir(), 'gantry-network-'));
    node = await newNamespace();
    network = await open();
  });
  afterEach(async () => {
    for (const child of [node, ...pods.splice(0)]) child?.kill();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  test('gives each pod an address, from which it reaches the node and other pods', async () => {
    const [first, second] = [await newPod(), await newPod()];
    expect(await network.attach(pod('u1'), first, [])).toBe('10.244.7.2');
    expect(await network.attach(pod('u2'), second, [])).toBe('10.244.7.3');
    expect(await inside(first, 'ip', '-4', '-o', 'addr', 'show', 'dev', 'eth0')).toContain(' 10.244.7.2/32 ');
    expect(await askWho(first, second, '10.244.7.3')).toBe('10.244.7.2');
    expect(await askWho(node.pid, second, '10.244.7.3')).toBe('10.244.7.1');
  });

  test('leaves a plugged pod alone, also after the kubelet was started again', async () => {
    const pid = await newPod();
    await network.attach(pod('u1'), pid, []);
    const before = await inside(pid, 'ip', '-o', 'link', 'show', 'eth0');
    network = await open();
    expect(await network.attach(pod('u1'), pid, [])).toBe('10.244.7.2');
    expect(await inside(pid, 'ip', '-o', 'link', 'show', 'eth0')).toBe(before);
    expect(await network.attach(pod('u2'), await newPod(), [])).toBe('10.244.7.3');
  });

  test('mends a pod that hangs on a node that is still there but no longer its node', async () => {
    const pid = await newPod();
    await network.attach(pod('u1'), pid, []);
    const former = node;
    node = await newNamespace();
    network = await open();
    expect(await network.attach(pod('u1'), pid, [])).toBe('10.244.7.2');
    expect(await askWho(node.pid, pid, '10.244.7.2')).toBe('10.244.7.1');
    former.kill();
  });

  test('plugs a pod in again, under its address, where the node is a new namespace', async () => {
    const pid = await newPod();
    await network.attach(pod('u1'), pid, []);
    node.kill();
    await once(node, 'exit');
    node = await newNamespace();
    network = await open();
    expect(await network.attach(pod('u1'), pid, [])).toBe('10.244.7.2');
    expect(await inside(pid, 'ip', 'route', 'get', '10.244.7.9')).toContain('via 10.244.7.1');
  });

  test('takes links and addresses back, also those of pods that are gone', async () => {
    await network.attach(pod('u1'), await newPod(), []);
    await network.attach(pod('u2'), await newPod(), []);
    await network.detach('u1');
    await network.detach('u1');
    await network.retain(new Set());
    expect(await inside(node.pid, 'ip', '-o', 'link', 'show', 'type', 'veth')).toBe('');
    network = await open();
    expect(await network.attach(pod('u3'), await newPod(), [])).toBe('10.244.7.2');
  });

  describe('with ports of the node', () => {
    const ports: HostPort[] = [{ protocol: 'tcp', hostIp: '', hostPort: 80, containerPort: 8080 }];

    test('leads from them to the pod, for the node, other pods and itself, until the pod goes', async () => {
      await inside(node.pid, 'ip', 'addr', 'add', '192.0.2.1/32', 'dev', 'lo', 'scope', 'host');
      const [served, other] = [await newPod(), await newPod()];
      await network.attach(pod('u1'), served, ports);
      await network.attach(pod('u2'), other, []);
      expect(await askWho(other, served, '192.0.2.1', 80)).toBe('10.244.7.3');
      expect(await askWho(served, served, '192.0.2.1', 80)).toBe('10.244.7.1');
      expect(await askWho(node.pid, served, '192.0.2.1', 80)).toBe('192.0.2.1');
      expect(await askWho(node.pid, served, '127.0.0.1', 80)).toBe('10.244.7.1');
      network = await open();
      expect(await askWho(other, served, '192.0.2.1', 80)).toBe('10.244.7.3');
      await network.detach('u1');
      await expect(askWho(other, served, '192.0.2.1', 80)).rejects.toThrow('ECONNREFUSED');
      expect(await inside(node.pid, 'nft', 'list', 'tables')).not.toContain('host-ports');
    });

    test('leads from them also where the node is a new namespace', async () => {
      const [served, other] = [await newPod(), await newPod()];
      await network.attach(pod('u1'), served, ports);
      node.kill();
      await once(node, 'exit');
      node = await newNamespace();
      await inside(node.pid, 'ip', 'addr', 'add', '192.0.2.1/32', 'dev', 'lo', 'scope', 'host');
      network = await open();
      await network.attach(pod('u1'), served, ports);
      await network.attach(pod('u2'), other, []);
      expect(await askWho(other, served, '192.0.2.1', 80)).toBe('10.244.7.3');
    });
  });
});
