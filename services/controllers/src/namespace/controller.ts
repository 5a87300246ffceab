import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { isBeingDeleted, keyOf } from '../ownership/controller-ref.js';
import { createReconcile } from './reconcile.js';

/** Namespaces that are deleted: emptied, then let go. */
export const namespaceController: Controller = {
  name: 'namespace-controller',
  start(context) {
    const { client, clock, resources, informers } = context;
    const { namespaces, pods } = informers;
    // The cheap question first: pods go by the thousand from namespaces that stay.
    const isEmptied = (name: string) => {
      const namespace = namespaces.lister.get(name);
      return namespace !== undefined && isBeingDeleted(namespace) && pods.lister.list({ namespace: name }).length === 0;
    };
    const reconcile = createReconcile({ client, clock, resources, namespace: (name) => namespaces.lister.get(name) });
    const connect: Parameters<typeof startLoop>[0]['connect'] = (queue) => [
      enqueueAll(namespaces, queue, (namespace) => [keyOf(namespace)]),
      // Pods take their time to end, all else waits for the last of them.
      pods.addHandler({ delete: ({ metadata: { namespace = '' } = {} }) => void (isEmptied(namespace) && queue.add(namespace)) }),
    ];
    return startLoop({ name: this.name, context, reconcile, concurrency: 4, connect });
  },
};
