import { deepEqual } from '@gantry/apimachinery';
import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { BY_NODE } from '../informers.js';
import { keyOf } from '../ownership/controller-ref.js';
import { createReconcile } from './reconcile.js';

/** Pods on nodes with NoExecute taints that they do not bear. */
export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  start(context) {
    const { nodes, pods } = context.informers;
    const reconcile = createReconcile({
      client: context.client,
      clock: context.clock,
      recorder: context.recorder(this.name),
      gracePeriod: context.health.gracePeriod,
      pod: (key) => pods.lister.getByKey(key),
      node: (name) => nodes.lister.get(name),
    });
    return startLoop({
      name: this.name,
      context,
      reconcile,
      concurrency: 8,
      connect: (queue) => [
        enqueueAll(pods, queue, (pod) => ((pod.spec?.nodeName ?? '') === '' ? [] : [keyOf(pod)])),
        nodes.addHandler({
          update: (node, old) => {
            if (!deepEqual(node.spec?.taints, old.spec?.taints)) pods.lister.byIndex(BY_NODE, keyOf(node)).forEach((pod) => queue.add(keyOf(pod)));
          },
        }),
      ],
    });
  },
};
