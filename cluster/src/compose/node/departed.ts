import type { Logger } from '@gantry/async';
import { isConflict, isNotFound } from '@gantry/apimachinery';
import { DEPARTED_ANNOTATION, NODES, PODS, type Client } from '@gantry/client';
import { removeNodeObjects } from '@gantry/container-runtime/docker';
import type { NodeConnection } from './connection.js';
import { nodeNameOf } from './identity.js';
import type { NodeFolders } from './folders.js';

export interface DepartedOptions {
  readonly folders: NodeFolders;
  readonly engineSocket: string;
  readonly cluster: string;
  /** Labels the containers of this project's pods, as `homeLabel` does. */
  readonly home: string;
  /** Connects as a node of this volume. */
  readonly connect: (nodeName: string, folder: string, signal: AbortSignal) => Promise<NodeConnection>;
  readonly logger: Logger;
}

/**
 * Winds up a node whose container was removed, with its own key: whoever has that is the node. What its pods left on the engine goes,
 * then the pods, which who controls them makes anew elsewhere; the Node is marked, for a controller that removes it. Its directory goes last:
 * it says that there is something to do.
 */
export async function windUp({ folders, engineSocket, cluster, home, connect, logger }: DepartedOptions, number: number, signal: AbortSignal): Promise<void> {
  const name = nodeNameOf(number);
  logger.info({ departed: name }, 'a node has no container any more: its pods and its Node are removed');
  await removeNodeObjects(engineSocket, cluster, home, name);
  const connection = await connect(name, folders.of(number).identity, signal);
  try {
    await endPods(connection.client, name);
    await mark(connection.client, name, 'true');
  } finally {
    await connection.close();
  }
  await folders.removeData(number);
}

/** A node that is here again is not taken for one that departed. */
export function markPresent(client: Client, name: string): Promise<void> {
  return mark(client, name, null);
}

async function mark(client: Client, name: string, value: string | null): Promise<void> {
  await client.resource(NODES).patch(name, 'application/merge-patch+json', { metadata: { annotations: { [DEPARTED_ANNOTATION]: value } } }).catch(ignorePast);
}

/** Nothing of them runs any more. */
async function endPods(client: Client, name: string): Promise<void> {
  const { items } = await client.resource(PODS).list({ fieldSelector: `spec.nodeName=${name}` });
  for (const { metadata = {} } of items) {
    await client.resource(PODS, metadata.namespace).delete(metadata.name ?? '', { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } }).catch(ignorePast);
  }
}

/** One that is gone, or another of the same name by now, is none of ours. */
function ignorePast(error: unknown): void {
  if (!isNotFound(error) && !isConflict(error)) throw error;
}
