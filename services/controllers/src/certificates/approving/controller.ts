import type { Controller } from '../../controller-context.js';
import { enqueueAll, startLoop } from '../../controller-context.js';
import { createReconcile } from './reconcile.js';

/** Approves what kubelets ask for themselves, where there is an authority to sign it. */
export const csrApprovingController: Controller = {
  name: 'certificatesigningrequest-approving-controller',
  start(context) {
    if (context.authority === undefined) return undefined;
    const { certificateSigningRequests } = context.informers;
    const reconcile = createReconcile({ client: context.client, request: (name) => certificateSigningRequests.lister.get(name) });
    return startLoop({ name: this.name, context, reconcile, connect: (queue) => [enqueueAll(certificateSigningRequests, queue, ({ metadata }) => [metadata?.name ?? ''])] });
  },
};
