import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import { isConflict, isNotFound } from '@gantry/apimachinery';
import { Semaphore } from '@gantry/async';
import { NODES, PODS, type Client } from '@gantry/client';
import { nodeNumber } from './node-names.js';
import type { NodesOptions } from './options.js';

/** Nodes that are removed at once. */
const AT_ONCE = 32;

type SurplusOptions = Pick<NodesOptions, 'client' | 'machine' | 'places' | 'cluster' | 'nodes' | 'hollow' | 'onWarning'>;

/**
 * Nodes of an earlier start that this one does not have: their containers go, then their Node objects, so that no pod is sent to them any more,
 * then their pods, which who controls them makes anew elsewhere. The directory, which says that there is something to remove, goes last.
 */
export async function removeSurplusNodes(options: SurplusOptions): Promise<void> {
  const { client, machine, places, nodes, hollow, onWarning } = options;
  const { items } = await client.resource(NODES).list();
  const registered = items.map(({ metadata }) => metadata?.name ?? '');
  const hollowOnes = registered.filter((name) => (nodeNumber(name, 'hollow') ?? 0) > hollow);
  const surplus = machine.runtime === 'hollow' ? [] : surplusOf([...registered, ...(await readdir(places.nodes))], nodes);
  if (hollowOnes.length + surplus.length === 0) return;
  for (const name of surplus) await removeContainers(options, name);
  await forget(client, [...surplus, ...hollowOnes]);
  for (const name of surplus) await removeDirectory(join(places.nodes, name));
  if (surplus.length > 0) onWarning(`${surplus.join(', ')} ${surplus.length === 1 ? 'is' : 'are'} removed: the cluster was started with ${nodes === 1 ? 'one node' : `${nodes} nodes`}.`);
}

/** Which of the names, each once and in order of their numbers, are beyond the count. */
export function surplusOf(names: readonly string[], count: number): string[] {
  const beyond = [...new Set(names)].filter((name) => (nodeNumber(name) ?? 0) > count);
  return beyond.sort((a, b) => (nodeNumber(a) ?? 0) - (nodeNumber(b) ?? 0));
}

async function removeContainers({ machine, places, cluster }: SurplusOptions, name: string): Promise<void> {
  if (machine.runtime === 'hollow') return;
  if (machine.runtime === 'oci') {
    const { removeOciNode } = await import('../lifecycle/oci-objects.js');
    return removeOciNode(places, name);
  }
  const { removeNodeObjects } = await import('@gantry/container-runtime/docker');
  await removeNodeObjects(machine.socketPath, cluster, places.homeHash, name);
}

async function removeDirectory(directory: string): Promise<void> {
  const { unmountBelow } = await import('@gantry/kubelet/parts');
  await unmountBelow(directory);
  await rm(directory, { recursive: true, force: true });
}

/** Nobody will end the pods of these nodes any more. */
async function forget(client: Client, names: readonly string[]): Promise<void> {
  const gate = new Semaphore(AT_ONCE);
  await Promise.all(names.map((name) => gate.run(() => ifAny(client.resource(NODES).delete(name)))));
  const { items } = await client.resource(PODS).list();
  const pods = items.filter(({ spec }) => names.includes(spec?.nodeName ?? ''));
  await Promise.all(pods.map((pod) => gate.run(() => remove(client, pod))));
}

async function remove(client: Client, { metadata = {} }: coreV1.Pod): Promise<void> {
  await ifAny(client.resource(PODS, metadata.namespace).delete(metadata.name ?? '', { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } }));
}

/** One that is gone, or another of the same name by now, is none of ours. */
async function ifAny(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
