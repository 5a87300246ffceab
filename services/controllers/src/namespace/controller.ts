import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { keyOf } from '../ownership/controller-ref.js';
import { createReconcile } from './reconcile.js';

/** Namespaces that are deleted: emptied, then let go. */
export const namespaceController: Controller = {
  name: 'namespace-controller',
  start(context) {
    const { client, clock, resources, informers } = context;
    const { namespaces, pods } = informers;
    const isLast = (namespace: string) => pods.lister.list({ namespace }).length === 0;
    const reconcile = createReconcile({ client, clock, resources, namespace: (name) => namespaces.lister.get(name) });
    const connect: Parameters<typeof startLoop>[0]['connect'] = (queue) => [
      enqueueAll(namespaces, queue, (namespace) => [keyOf(namespace)]),
      // Pods take their time to end, all else waits for the last of them.
      pods.addHandler({ delete: ({ metadata: { namespace = '' } = {} }) => void (isLast(namespace) && queue.add(namespace)) }),
    ];
    return startLoop({ name: this.name, context, reconcile, concurrency: 4, connect });
  },
};
