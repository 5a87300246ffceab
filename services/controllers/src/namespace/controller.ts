import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { keyOf } from '../ownership/controller-ref.js';
import { createReconcile } from './reconcile.js';

/** Namespaces that are deleted: emptied, then let go. */
export const namespaceController: Controller = {
  name: 'namespace-controller',
  start(context) {
    const { client, clock, resources, informers } = context;
    const { namespaces } = informers;
    const reconcile = createReconcile({ client, clock, resources, namespace: (name) => namespaces.lister.get(name) });
    return startLoop({ name: this.name, context, reconcile, concurrency: 4, connect: (queue) => [enqueueAll(namespaces, queue, (namespace) => [keyOf(namespace)])] });
  },
};
