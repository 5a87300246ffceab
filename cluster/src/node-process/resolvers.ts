import { readFile, writeFile } from 'node:fs/promises';
import type { NodeSettings } from './messages.js';

/** Docker's resolver, which every container of a network of one's own has: it asks what the machine asks, also where that is a local program. */
const ENGINE_RESOLVER = '127.0.0.11';

const SYSTEM = '/etc/resolv.conf';
/** Where systemd-resolved says whom it asks; the system's own file names only itself then. */
const BEHIND_SYSTEMD = '/run/systemd/resolve/resolv.conf';

/** Whom the node asks what is not the cluster's. */
export function upstreamsOf({ runtime }: Pick<NodeSettings, 'runtime'>): readonly string[] {
  return runtime.kind === 'docker' ? [ENGINE_RESOLVER] : runtime.resolvers;
}

/** Whom this machine asks. */
export interface MachineResolvers {
  /** That can be asked from a network of one's own as well. */
  readonly reachable: readonly string[];
  /** That is a program of this machine, which nobody else can ask. */
  readonly own?: string;
}

export async function machineResolvers(): Promise<MachineResolvers> {
  const texts = await systemTexts();
  const own = texts.flatMap((text) => text.split('\n')).map(resolverOf).find((resolver) => resolver?.startsWith('127.'));
  return { reachable: reachableResolvers(texts), ...(own === undefined ? {} : { own }) };
}

/** Of the first text that names some; nodes have no addresses of IPv6. */
export function reachableResolvers(texts: readonly string[]): string[] {
  const found = texts.map((text) => text.split('\n').filter((line) => !namesLoopback(line)).flatMap((line) => resolverOf(line) ?? []).filter((resolver) => !resolver.includes(':')));
  return found.find((resolvers) => resolvers.length > 0) ?? [];
}

/** Writes, for pods that resolve as their node does, a file that names no resolver which only the machine itself can reach. */
export async function writePodResolvConf(path: string, clusterDns: string): Promise<void> {
  await writeFile(path, podResolvConf(await systemTexts(), clusterDns));
}

function systemTexts(): Promise<string[]> {
  return Promise.all([SYSTEM, BEHIND_SYSTEMD].map((file) => readFile(file, 'utf8').catch(() => '')));
}

/** The first text with a resolver that pods can reach; else the first with the cluster's own, which passes questions on. */
export function podResolvConf(texts: readonly string[], clusterDns: string): string {
  for (const text of texts) {
    const lines = text.split('\n').filter((line) => !namesLoopback(line));
    if (lines.some((line) => resolverOf(line) !== undefined)) return lines.join('\n');
  }
  const others = (texts[0] ?? '').split('\n').filter((line) => resolverOf(line) === undefined);
  return [`nameserver ${clusterDns}`, ...others].join('\n');
}

function namesLoopback(line: string): boolean {
  const resolver = resolverOf(line);
  return resolver !== undefined && (resolver.startsWith('127.') || resolver === '::1');
}

function resolverOf(line: string): string | undefined {
  return /^\s*nameserver\s+(\S+)/.exec(line)?.[1];
}
