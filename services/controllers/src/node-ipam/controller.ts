import type { Controller } from '../controller-context.js';
import { startLoop } from '../controller-context.js';
import { hasPodCidr } from './plan.js';
import { createReconcile } from './reconcile.js';

const ALL = 'nodes';

/** Nodes' shares of the pods' range. */
export const nodeIpamController: Controller = {
  name: 'node-ipam-controller',
  start(context) {
    const { nodes } = context.informers;
    const reconcile = createReconcile({
      client: context.client,
      // The name of upstream's event source, which is older than the controller's.
      recorder: context.recorder('cidrAllocator'),
      settings: context.nodeIpam,
      nodes: () => nodes.lister.list(),
    });
    const connect: Parameters<typeof startLoop>[0]['connect'] = (queue) => [
      nodes.addHandler({
        add: (node) => void (hasPodCidr(node) || queue.add(ALL)),
        update: (node) => void (hasPodCidr(node) || queue.add(ALL)),
        // One that found nothing left may have what this one had.
        delete: () => queue.add(ALL),
      }),
    ];
    return startLoop({ name: this.name, context, reconcile, connect });
  },
};
