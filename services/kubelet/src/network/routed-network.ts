import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@gantry/async';
import { createAddressBook, gatewayOf } from './addresses.js';
import type { AddressBook } from './addresses.js';
import { inNamespaceOf, run } from './commands.js';
import { createHostPorts } from './host-ports.js';
import type { HostPorts } from './host-ports.js';
import type { HostPort } from './host-port-rules.js';
import type { PodNetwork } from './pod-network.js';
import { letLoopbackPass, linkName, masqueradeRules, nodeSide, sandboxSide } from './plumbing.js';
import type { Plug } from './plumbing.js';

export interface RoutedNetworkOptions {
  /** The node's namespace: the one that this process is in, or that of another process. */
  readonly netns: 'current' | number;
  readonly podCidr: string;
  readonly clusterCidr: string;
  /** The node's own, on which host ports are served. */
  readonly nodeAddresses: readonly string[];
  /** Where addresses and host ports are written down. */
  readonly directory: string;
  readonly logger: Logger;
}

const TABLE = 'gantry-pods';

/** Runs programs in the node's namespace. */
type NodeRun = (program: string, args: readonly string[], input?: string) => Promise<string>;

/**
 * Pods on routed veths: no bridge, no proxy ARP; each pod a /32 that the node routes. Rejects where the machine does not allow
 * it (no right to change interfaces, no `ip`): the caller then goes without a network and says so.
 */
export async function createRoutedPodNetwork(options: RoutedNetworkOptions): Promise<PodNetwork> {
  const inNode: NodeRun = (program, args, input) => {
    const [command, all] = options.netns === 'current' ? [program, [...args]] : inNamespaceOf(options.netns, program, args);
    return run(command, all, input);
  };
  const gateway = gatewayOf(options.podCidr);
  await prepareNode(inNode, gateway);
  await applyRules(inNode, masqueradeRules(TABLE, options.podCidr, options.clusterCidr)).catch((error: unknown) => {
    options.logger.warn({ error: String(error) }, 'pods cannot reach what is outside the cluster: masquerading could not be set up');
  });
  const hostPorts = createHostPorts({ directory: `${options.directory}-host-ports`, nodeAddresses: options.nodeAddresses, apply: (rules) => applyRules(inNode, rules) });
  await hostPorts.restore();
  return new RoutedNetwork(inNode, createAddressBook(options), hostPorts, gateway);
}

async function prepareNode(inNode: NodeRun, gateway: string): Promise<void> {
  await inNode('ip', ['link', 'set', 'lo', 'up']);
  await inNode('ip', ['addr', 'replace', `${gateway}/32`, 'dev', 'lo']);
  const forwarding = (await inNode('cat', ['/proc/sys/net/ipv4/ip_forward'])).trim();
  if (forwarding !== '1') await inNode('sh', ['-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
  // A redirect, which the kernel sends to a pod that reaches itself through a Service, uses up what it allows that pod in refusals.
  await inNode('sh', ['-c', 'cd /proc/sys/net/ipv4/conf && echo 0 > all/send_redirects && echo 0 > default/send_redirects']).catch(() => undefined);
}

/** By a file: nft does not read from the socket pair that a child's input is. */
async function applyRules(inNode: NodeRun, rules: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'gantry-nft-'));
  try {
    const path = join(directory, 'rules');
    await writeFile(path, rules);
    await inNode('nft', ['-f', path]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

class RoutedNetwork implements PodNetwork {
  constructor(
    private readonly inNode: NodeRun,
    private readonly book: AddressBook,
    private readonly hostPorts: HostPorts,
    private readonly gateway: string,
  ) {}

  async attach(pod: { uid: string }, pid: number, ports: readonly HostPort[]): Promise<string> {
    const address = await this.book.addressOf(pod.uid);
    const plug: Plug = { pid, address, gateway: this.gateway, link: linkName(pod.uid) };
    // A new sandbox, the usual case, costs two programs; only where something is in the way it is looked at.
    await this.plugIn(plug).catch(() => this.mend(plug));
    if (ports.length > 0) {
      // Where that may not be changed, 127.0.0.1 alone does not lead to the pod.
      await this.inNode('sh', ['-c', letLoopbackPass(plug.link)]).catch(() => undefined);
      await this.hostPorts.set(pod.uid, { address, ports });
    }
    return address;
  }

  /** An address is written down before a pod is plugged in and crossed out after it is unplugged: without one there is no link. */
  async detach(podUid: string): Promise<void> {
    if (!(await this.book.holders()).includes(podUid)) return;
    await this.hostPorts.release(podUid);
    await this.removeLink(linkName(podUid));
    await this.book.release(podUid);
  }

  async retain(podUids: ReadonlySet<string>): Promise<void> {
    for (const uid of await this.book.holders()) if (!podUids.has(uid)) await this.detach(uid);
  }

  /** Both ends there and the address on the far one: made by an earlier kubelet, or by this one. */
  private async isPlugged({ pid, address, link }: Plug): Promise<boolean> {
    const [command, args] = inNamespaceOf(pid, 'ip', ['-o', '-4', 'addr', 'show', 'dev', 'eth0']);
    const far = await run(command, args).catch(() => '');
    const route = await this.inNode('ip', ['route', 'show', `${address}/32`]).catch(() => '');
    return far.includes(` ${address}/32 `) && route.includes(`dev ${link} `);
  }

  /** Plugged already, or half of it, or into a node that is gone. */
  private async mend(plug: Plug): Promise<void> {
    if (await this.isPlugged(plug)) return;
    await this.removeLink(plug.link);
    await run(...inNamespaceOf(plug.pid, 'ip', ['link', 'del', 'eth0'])).catch(() => undefined);
    await this.plugIn(plug);
  }

  private async plugIn(plug: Plug): Promise<void> {
    // A process's namespace is looked up by the kernel where `ip` runs, so the pid is the machine's in both.
    await this.inNode('ip', ['-batch', '-'], nodeSide(plug));
    const [command, args] = inNamespaceOf(plug.pid, 'ip', ['-batch', '-']);
    await run(command, args, sandboxSide(plug));
  }

  /** One that is not there is as good as removed. */
  private async removeLink(link: string): Promise<void> {
    await this.inNode('ip', ['link', 'del', link]).catch(() => undefined);
  }
}
