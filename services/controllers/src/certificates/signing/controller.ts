import type { Controller } from '../../controller-context.js';
import { enqueueAll, startLoop } from '../../controller-context.js';
import { createReconcile } from './reconcile.js';

/** Signs with the cluster's authority, where its key was given. */
export const csrSigningController: Controller = {
  name: 'certificatesigningrequest-signing-controller',
  start(context) {
    const { authority, client, clock } = context;
    if (authority === undefined) return undefined;
    const { certificateSigningRequests } = context.informers;
    const reconcile = createReconcile({ client, clock, authority, request: (name) => certificateSigningRequests.lister.get(name) });
    return startLoop({ name: this.name, context, reconcile, connect: (queue) => [enqueueAll(certificateSigningRequests, queue, ({ metadata }) => [metadata?.name ?? ''])] });
  },
};
