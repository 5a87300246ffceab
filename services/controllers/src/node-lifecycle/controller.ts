import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { BY_NODE } from '../informers.js';
import { keyOf } from '../ownership/controller-ref.js';
import { createReconcile } from './reconcile.js';

/** Where kubelets renew the leases that say that they live. */
const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/** Nodes: their conditions and taints by their signs of life. */
export const nodeLifecycleController: Controller = {
  name: 'node-controller',
  start(context) {
    const { nodes, leases, pods } = context.informers;
    const reconcile = createReconcile({
      client: context.client,
      clock: context.clock,
      recorder: context.recorder(this.name),
      times: context.health,
      node: (name) => nodes.lister.get(name),
      lease: (name) => leases.lister.get(name, NODE_LEASE_NAMESPACE),
      podsOn: (name) => pods.lister.byIndex(BY_NODE, name),
    });
    return startLoop({
      name: this.name,
      context,
      reconcile,
      concurrency: 8,
      connect: (queue) => [
        enqueueAll(nodes, queue, (node) => [keyOf(node)]),
        enqueueAll(leases, queue, ({ metadata }) => (metadata?.namespace === NODE_LEASE_NAMESPACE ? [metadata.name ?? ''] : [])),
      ],
    });
  },
};
