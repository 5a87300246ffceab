import type { coreV1 } from '@gantry/api-types';
import type { Clock, Logger } from '@gantry/async';
import { runController, WorkQueue } from '@gantry/controller';
import type { Informer } from '@gantry/informer';
import { run } from './commands.js';
import { computeRouteChanges, parseRoutes, routeLines, ROUTE_PROTOCOL, wantedRoutes } from './route-plan.js';

export interface PeerRoutesOptions {
  readonly nodes: Informer<coreV1.Node>;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs `ip` in the node's namespace; this process's own unless given. */
  readonly ip?: (args: readonly string[], input?: string) => Promise<string>;
}

export interface PeerRoutes {
  /** Ends following changes; the routes stay for the pods that run on. */
  stop(): Promise<void>;
}

const ALL = 'routes';

/**
 * Keeps a route to the pods of every other node through that node's address. What routes there are is read from the kernel each time, so
 * that what an earlier process left, or somebody removed, is mended.
 */
export function startPeerRoutes({ nodes, nodeName, clock, logger, ip = (args, input) => run('ip', args, input) }: PeerRoutesOptions): PeerRoutes {
  const queue = new WorkQueue({ clock });
  const enqueue = (): void => queue.add(ALL);
  const controller = runController({
    name: 'peer-routes', queue, clock, logger,
    reconcile: async (_key, signal) => {
      await nodes.waitForSync(signal);
      const present = parseRoutes(await ip(['-4', 'route', 'show', 'proto', String(ROUTE_PROTOCOL)]));
      const changes = computeRouteChanges(wantedRoutes(nodes.lister.list(), nodeName), present);
      if (changes.length > 0) await ip(['-force', '-batch', '-'], routeLines(changes));
      return {};
    },
  });
  const detach = nodes.addHandler({
    add: enqueue,
    delete: enqueue,
    update: (node, old) => {
      if (routeOf(node) !== routeOf(old)) enqueue();
    },
  });
  return {
    async stop() {
      detach();
      await controller.stop();
      await queue.shutDown();
    },
  };
}

/** What of a node decides its route: most changes of nodes are heartbeats. */
function routeOf(node: coreV1.Node): string {
  return JSON.stringify([...wantedRoutes([node], '')]);
}
