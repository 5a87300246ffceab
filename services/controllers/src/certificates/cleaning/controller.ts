import { isConflict, isNotFound } from '@gantry/apimachinery';
import { CERTIFICATESIGNINGREQUESTS } from '@gantry/client';
import type { Reconcile } from '@gantry/controller';
import type { Controller, ControllerContext } from '../../controller-context.js';
import { enqueueAll, startLoop } from '../../controller-context.js';
import { cleaningDeadline } from './deadline.js';

/** Takes away requests that were decided some time ago, that nobody decided, and whose certificate has ended. */
export const csrCleaningController: Controller = {
  name: 'certificatesigningrequest-cleaner-controller',
  start(context) {
    const { certificateSigningRequests } = context.informers;
    return startLoop({ name: this.name, context, reconcile: createReconcile(context), connect: (queue) => [enqueueAll(certificateSigningRequests, queue, ({ metadata }) => [metadata?.name ?? ''])] });
  },
};

function createReconcile({ client, clock, informers: { certificateSigningRequests } }: ControllerContext): Reconcile {
  return async (name) => {
    const request = certificateSigningRequests.lister.get(name);
    if (request === undefined) return;
    const deadline = cleaningDeadline(request);
    if (deadline > clock.now()) return deadline === Infinity ? undefined : { requeueAfter: deadline - clock.now() };
    const { uid, resourceVersion } = request.metadata ?? {};
    await client.resource(CERTIFICATESIGNINGREQUESTS).delete(name, { preconditions: { uid, resourceVersion } }).catch((error: unknown) => {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    });
  };
}
