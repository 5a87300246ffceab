import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isNotFound } from '@gantry/apimachinery';
import { NODES, PODS, type Client } from '@gantry/client';
import { removeNodeObjects } from '@gantry/container-runtime/docker';
import { nodeNumber } from './node-names.js';
import type { NodesOptions } from './nodes.js';

type SurplusOptions = Pick<NodesOptions, 'client' | 'machine' | 'places' | 'cluster' | 'nodes' | 'hollow' | 'onWarning'>;

/**
 * Nodes of an earlier start that this one does not have: their containers go, then their pods, which who controls them makes anew elsewhere, then
 * their Node objects. The directory, which says that there is something to remove, goes last.
 */
export async function removeSurplusNodes(options: SurplusOptions): Promise<void> {
  const { client, machine, places, nodes, hollow, onWarning } = options;
  const { items } = await client.resource(NODES).list();
  const known = [...items.map(({ metadata }) => metadata?.name ?? ''), ...(await readdir(places.nodes))];
  const hollowOnes = known.filter((name) => (nodeNumber(name, 'hollow') ?? 0) > hollow);
  const surplus = machine.runtime === 'docker' ? surplusOf(known, nodes) : [];
  for (const name of hollowOnes) await forget(client, name);
  for (const name of surplus) await remove(options, name);
  if (surplus.length > 0) onWarning(`${surplus.join(', ')} ${surplus.length === 1 ? 'is' : 'are'} removed: the cluster was started with ${nodes === 1 ? 'one node' : `${nodes} nodes`}.`);
}

/** Which of the names, each once and in order of their numbers, are beyond the count. */
export function surplusOf(names: readonly string[], count: number): string[] {
  const beyond = [...new Set(names)].filter((name) => (nodeNumber(name) ?? 0) > count);
  return beyond.sort((a, b) => (nodeNumber(a) ?? 0) - (nodeNumber(b) ?? 0));
}

async function remove({ client, machine, places, cluster }: SurplusOptions, name: string): Promise<void> {
  if (machine.runtime !== 'docker') return;
  const directory = join(places.nodes, name);
  await removeNodeObjects(machine.socketPath, cluster, places.homeHash, name);
  await forget(client, name);
  const { unmountBelow } = await import('@gantry/kubelet/parts');
  await unmountBelow(directory);
  await rm(directory, { recursive: true, force: true });
}

/** Nobody will end these pods any more. */
async function forget(client: Client, name: string): Promise<void> {
  const { items } = await client.resource(PODS).list({ fieldSelector: `spec.nodeName=${name}` });
  await Promise.all(items.map(({ metadata = {} }) => ifAny(client.resource(PODS, metadata.namespace).delete(metadata.name ?? '', { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } }))));
  await ifAny(client.resource(NODES).delete(name));
}

async function ifAny(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
