import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { keyOf } from '../ownership/controller-ref.js';
import { createReconcile } from './reconcile.js';

/** The `default` service account of every namespace. */
export const serviceAccountController: Controller = {
  name: 'serviceaccount-controller',
  start(context) {
    const { namespaces, serviceAccounts } = context.informers;
    const reconcile = createReconcile({
      client: context.client,
      namespace: (name) => namespaces.lister.get(name),
      hasAccount: (namespace, name) => serviceAccounts.lister.get(name, namespace) !== undefined,
    });
    return startLoop({
      name: this.name,
      context,
      reconcile,
      connect: (queue) => [enqueueAll(namespaces, queue, (namespace) => [keyOf(namespace)]), serviceAccounts.addHandler({ delete: ({ metadata }) => queue.add(metadata?.namespace ?? '') })],
    });
  },
};
