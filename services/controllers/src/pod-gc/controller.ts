import type { Controller } from '../controller-context.js';
import { startLoop } from '../controller-context.js';
import { createReconcile } from './reconcile.js';

const SWEEP = 'sweep';

/** Pods that nobody else takes away. */
export const podGcController: Controller = {
  name: 'pod-garbage-collector-controller',
  start(context) {
    const { nodes, pods } = context.informers;
    const reconcile = createReconcile({
      client: context.client,
      clock: context.clock,
      settings: context.podGc,
      pods: () => pods.lister.list(),
      nodes: () => nodes.lister.list(),
    });
    const connect: Parameters<typeof startLoop>[0]['connect'] = (queue) => {
      queue.add(SWEEP);
      return [];
    };
    return startLoop({ name: this.name, context, reconcile, connect });
  },
};
