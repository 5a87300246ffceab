import { connectSocketBus } from '@gantry/bus';
import { createLogger } from '@gantry/platform';
import type { NodeProcessConfig } from './messages.js';
import { runNode } from './run-node.js';

/** A standalone cluster's node, inside its network namespace. */
export interface StartedNode {
  stop(endPods: boolean): Promise<void>;
}

/**
 * Connects to the cluster's bus and runs the node's parts. Resolves when the node is registered; `warn` is told, then or later, what the
 * user should know though the node serves. Without Nest, unlike the other services: a child a node is to be small.
 */
export async function startNode(config: NodeProcessConfig, warn: (text: string) => void): Promise<StartedNode> {
  const logger = createLogger({ level: config.logLevel }).child({ node: config.nodeName });
  const bus = await connectSocketBus({ path: config.busSocket, token: config.busToken, logger: logger.child({ component: 'kubelet' }) });
  const node = await runNode({ settings: config, bus, logger, warn, apiTunnel: true });
  return {
    stop: async (endPods) => {
      await node.stop({ endPods });
      await bus.close();
    },
  };
}
