import type { Logger } from '@gantry/async';
import { encodeToken, type Bus } from '@gantry/bus';
import { connectNatsBus } from '@gantry/bus/nats';
import { createBusTransport, createClient, type Client } from '@gantry/client';
import type { NodeConfig } from './config.js';
import { joinCluster, ownPrefix } from './join/join-cluster.js';
import { keepCredentials } from './join/keep-credentials.js';

export interface ConnectionOptions {
  readonly reach: NodeConfig['bus'];
  readonly nodeName: string;
  /** With the node's key, which is made where there is none. */
  readonly folder: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface NodeConnection {
  readonly bus: Bus;
  /** As the node. */
  readonly client: Client;
  close(): Promise<void>;
}

/** Joins the cluster as that node and stays connected, also when what it showed has ended. Tries until it may, or `signal` aborts. */
export async function connectNode({ reach, nodeName, folder, logger, signal }: ConnectionOptions): Promise<NodeConnection> {
  const joining = { ...reach, nodeName, folder, logger };
  let credentials = await joinCluster({ ...joining, signal });
  const { servers, ca } = reach;
  const bus = await connectNatsBus({
    servers, logger, signal,
    identity: `node.${encodeToken(nodeName)}`,
    credentials: { creds: () => credentials.creds },
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  const keeper = keepCredentials({ ...joining, bus, credentials, onRenewed: (next) => void (credentials = next) });
  return {
    bus,
    client: createClient(createBusTransport({ bus, subjectPrefix: ownPrefix(nodeName) })),
    close: async () => {
      await keeper.stop();
      await bus.close();
    },
  };
}
