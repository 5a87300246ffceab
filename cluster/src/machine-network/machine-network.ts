import { ClusterError } from '../options.js';
import { whileLocked } from '../state/lock.js';
import { attempt, command, commandWithLines } from './commands.js';
import { closeForeignFirewall, openForeignFirewall } from './foreign-firewall.js';
import { allowForwarding, endForwarding } from './forwarding.js';
import { ensureNamespace, namespacesWith, removeNamespace } from './namespaces.js';
import type { NetworkNames } from './names.js';
import { freeRange, rangeOfGateway, type NodeRange } from './ranges.js';
import { clusterRules } from './rules.js';

/** Of all clusters of the machine: ranges are chosen one after another. */
const LOCK = '/run/gantry/network.lock';

interface Link {
  readonly ifname: string;
  readonly ifalias?: string;
}

interface Addresses {
  readonly addr_info: readonly { readonly family: string; readonly local: string }[];
}

/**
 * The network of a cluster's nodes where there is no engine that has one: a bridge of the machine's, which has the first address of a range of its own, and
 * rules that let the nodes out. What is there already stays, so that nodes whose cluster was killed are found as they were.
 */
export function ensureMachineNetwork(names: NetworkNames): Promise<NodeRange> {
  return whileLocked(LOCK, async () => {
    const range = (await presentRange(names)) ?? (await makeBridge(names));
    await command('ip', 'link', 'set', names.bridge, 'up');
    await commandWithLines(clusterRules(names, range.cidr), 'nft', '-f');
    await allowForwarding();
    await openForeignFirewall(names.bridge);
    return range;
  });
}

export interface NodeInNetwork {
  readonly name: string;
  /** Which address of the range it has, from 1. */
  readonly position: number;
}

/** The node's namespace, plugged into the bridge. Idempotent. Returns the namespace's path. */
export async function ensureNodeNamespace(names: NetworkNames, range: NodeRange, { name, position }: NodeInNetwork): Promise<{ readonly namespace: string; readonly address: string }> {
  const [namespace, link, address] = [names.namespaceOf(name), names.linkOf(name), range.addressOf(position)];
  const path = await ensureNamespace(namespace);
  if (!(await isPlugged(namespace, link, address))) await plugIn(namespace, link);
  // The bridge may be another one than that to which it was plugged.
  await command('ip', 'link', 'set', link, 'master', names.bridge, 'up');
  await commandWithLines(nodeSide(address, range), 'ip', '-n', namespace, '-batch');
  // As in a node that an engine made: what comes to a node port on a loopback address may leave to a pod.
  await command('nsenter', `--net=${path}`, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet; echo 1 > /proc/sys/net/ipv4/ip_forward');
  return { namespace: path, address };
}

/** Removes the namespace of one node; pods that still hang on it lose their network. */
export async function removeNodeNamespace(names: NetworkNames, node: string): Promise<void> {
  await attempt('ip', 'link', 'del', names.linkOf(node));
  await removeNamespace(names.namespaceOf(node));
}

/** Removes all of it, whatever is left of it. Returns how many namespaces there were. */
export function removeMachineNetwork(names: NetworkNames): Promise<number> {
  return whileLocked(LOCK, async () => {
    const namespaces = await namespacesWith(names.namespacePrefix);
    for (const namespace of namespaces) await removeNamespace(namespace);
    for (const { ifname } of (await links()).filter(({ ifname: name }) => name === names.bridge || name.startsWith(`${names.prefix}-`))) await attempt('ip', 'link', 'del', ifname);
    await attempt('nft', 'delete', 'table', 'ip', names.table);
    await closeForeignFirewall(names.bridge);
    if (!(await links()).some(({ ifname }) => ifname.startsWith('gantry-'))) await endForwarding();
    return namespaces.length;
  });
}

async function presentRange({ bridge, owner }: NetworkNames): Promise<NodeRange | undefined> {
  const own = (await links()).find(({ ifname }) => ifname === bridge);
  if (own === undefined) return undefined;
  if (own.ifalias !== undefined && own.ifalias !== owner) throw new ClusterError(`the interface ${bridge} belongs to another: ${own.ifalias}`, 'choose another name for the cluster');
  const [addresses] = JSON.parse(await command('ip', '-j', '-4', 'addr', 'show', 'dev', bridge)) as Partial<Addresses>[];
  const gateway = addresses?.addr_info?.find(({ family }) => family === 'inet')?.local;
  if (gateway !== undefined) return rangeOfGateway(gateway);
  // Half made: it is made anew.
  await command('ip', 'link', 'del', bridge);
  return undefined;
}

async function makeBridge({ bridge, owner }: NetworkNames): Promise<NodeRange> {
  const range = freeRange(await rangesInUse());
  if (range === undefined) throw new ClusterError('no range of addresses is free for the nodes: 172.31.240.0/20 and 198.19.0.0/20 are in use', 'delete a cluster that is not needed, see "gantry list"');
  await commandWithLines(`link add ${bridge} type bridge\nlink set ${bridge} alias "${owner}"\naddr add ${range.gateway}/24 dev ${bridge}\n`, 'ip', '-batch');
  return range;
}

/** Where this machine sends anything on purpose, and the networks of its own interfaces. */
async function rangesInUse(): Promise<string[]> {
  const routes = JSON.parse((await command('ip', '-j', '-4', 'route', 'show', 'table', 'all')) || '[]') as { dst: string }[];
  return routes.map(({ dst }) => dst).filter((dst) => /^[\d./]+$/.test(dst) && !dst.startsWith('0.0.0.0'));
}

async function links(): Promise<Link[]> {
  return JSON.parse(await command('ip', '-j', 'link', 'show')) as Link[];
}

async function isPlugged(namespace: string, link: string, address: string): Promise<boolean> {
  if (!(await attempt('ip', 'link', 'show', 'dev', link))) return false;
  const far = await command('ip', '-n', namespace, '-o', '-4', 'addr', 'show', 'dev', 'eth0').catch(() => '');
  return far.includes(` ${address}/`);
}

async function plugIn(namespace: string, link: string): Promise<void> {
  await attempt('ip', 'link', 'del', link);
  await attempt('ip', '-n', namespace, 'link', 'del', 'eth0');
  await command('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
}

function nodeSide(address: string, { gateway }: NodeRange): string {
  return `link set lo up\naddr replace ${address}/24 dev eth0\nlink set eth0 up\nroute replace default via ${gateway}\n`;
}
