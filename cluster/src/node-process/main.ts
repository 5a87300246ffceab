import { createLogger } from '@gantry/platform';
import type { NodeMessage } from './messages.js';
import { startNode, type StartedNode } from './start-node.js';

/**
 * The node's child process of a standalone cluster. The first message of the channel to the parent is the configuration;
 * when the channel closes without a stop, the parent has died: the containers run on and the next start adopts them.
 */
let running: Promise<StartedNode> | undefined;

const tell = (message: NodeMessage): void => void (process.connected && process.send?.(message, undefined, undefined, () => undefined));

process.on('message', (message: NodeMessage) => {
  if (message.type === 'configure') running = start(message);
  if (message.type === 'stop') void stop(message.endPods);
});
process.once('disconnect', () => process.exit(0));
// The parent may have died while this was loaded: nobody will tell of it again.
if (!process.connected) process.exit(0);
/** The parent's terminal sends its signals to the whole group: the parent decides what they mean. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

async function start(message: NodeMessage & { type: 'configure' }): Promise<StartedNode> {
  try {
    const node = await startNode(message.config, (text) => tell({ type: 'warning', text }));
    tell({ type: 'ready' });
    return node;
  } catch (error) {
    const { nodeName, logLevel } = message.config;
    createLogger({ level: logLevel }).error({ component: 'kubelet', node: nodeName, error }, 'the node could not be started');
    tell({ type: 'failed', message: (error as Error).message });
    process.exit(1);
  }
}

async function stop(endPods: boolean): Promise<void> {
  const node = await running;
  await node?.stop(endPods);
  process.exit(0);
}
