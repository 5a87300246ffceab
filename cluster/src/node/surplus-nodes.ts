import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isNotFound } from '@gantry/apimachinery';
import { NODES, type Client } from '@gantry/client';
import { removeNodeObjects } from '@gantry/container-runtime/docker';
import { unmountBelow } from '@gantry/kubelet/parts';
import { nodeNumber } from './node-names.js';
import type { NodesOptions } from './nodes.js';

/**
 * Nodes of an earlier start that this one does not have: their containers go, then their Node objects, whereupon their pods are deleted and made
 * anew elsewhere by who controls them. The directory, which says that there is something to remove, goes last.
 */
export async function removeSurplusNodes(options: Pick<NodesOptions, 'client' | 'machine' | 'places' | 'cluster' | 'nodes' | 'onWarning'>): Promise<void> {
  const { client, machine, places, cluster, nodes, onWarning } = options;
  if (machine.runtime !== 'docker') return;
  const surplus = surplusOf(await readdir(places.nodes), nodes);
  for (const name of surplus) {
    await removeNodeObjects(machine.socketPath, cluster, places.homeHash, name);
    await deleteNode(client, name);
    await unmountBelow(join(places.nodes, name));
    await rm(join(places.nodes, name), { recursive: true, force: true });
  }
  if (surplus.length > 0) onWarning(`${surplus.join(', ')} ${surplus.length === 1 ? 'is' : 'are'} removed: the cluster was started with ${nodes === 1 ? 'one node' : `${nodes} nodes`}.`);
}

/** Which of the names, in order of their numbers, are beyond the count. */
export function surplusOf(names: readonly string[], count: number): string[] {
  const beyond = names.filter((name) => (nodeNumber(name) ?? 0) > count);
  return beyond.sort((a, b) => (nodeNumber(a) ?? 0) - (nodeNumber(b) ?? 0));
}

async function deleteNode(client: Client, name: string): Promise<void> {
  try {
    await client.resource(NODES).delete(name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
