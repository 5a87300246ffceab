import { rm } from 'node:fs/promises';
import type { Logger } from '@gantry/async';
import { encodeToken } from '@gantry/bus';
import { createBusTransport, createClient, PODS } from '@gantry/client';
import { removeNodeObjects } from '@gantry/container-runtime/docker';
import { forgetNode } from '../../node/surplus-nodes.js';
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
 * Winds up a node whose container was removed, with what stands in its folder: whoever has that is the node. What its pods left on the engine
 * goes, then the pods, which who controls them makes anew elsewhere, then the Node. The folder goes last: it says that there is something to do.
 */
export async function windUp({ folders, engineSocket, cluster, home, connect, logger }: DepartedOptions, number: number, signal: AbortSignal): Promise<void> {
  const name = nodeNameOf(number);
  const folder = folders.path(number);
  logger.info({ departed: name }, 'a node has no container any more: its pods and its Node are removed');
  await removeNodeObjects(engineSocket, cluster, home, name);
  const connection = await connect(name, folder, signal);
  try {
    const client = createClient(createBusTransport({ bus: connection.bus, subjectPrefix: `api.node.${encodeToken(name)}` }));
    const { items } = await client.resource(PODS).list({ fieldSelector: `spec.nodeName=${name}` });
    await forgetNode(client, name, items);
  } finally {
    await connection.close();
  }
  await rm(folder, { recursive: true, force: true });
}
