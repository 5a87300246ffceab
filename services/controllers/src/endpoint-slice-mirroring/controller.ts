import { BY_SERVICE, enqueueChangedSlices, keptBy } from '../endpoint-slice/slice-index.js';
import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { keyOf } from '../ownership/controller-ref.js';
import { OwnWrites } from '../service-pods/own-writes.js';
import { selectsPods } from '../service-pods/selector-index.js';
import { CONTROLLER } from './plan.js';
import { createReconcile } from './reconcile.js';

/** Slices of Endpoints that users wrote: proxies read slices alone. */
export const endpointSliceMirroringController: Controller = {
  name: 'endpointslice-mirroring-controller',
  start(context) {
    const { services, endpoints, endpointSlices } = context.informers;
    const writes = new OwnWrites(() => endpointSlices.revision);
    const reconcile = createReconcile({
      client: context.client,
      recorder: context.recorder('endpoint-slice-mirroring-controller'),
      writes,
      service: (key) => services.lister.getByKey(key),
      endpoints: (key) => endpoints.lister.getByKey(key),
      slices: (key) => endpointSlices.lister.byIndex(BY_SERVICE, keptBy(CONTROLLER, key)),
    });
    const connect: Parameters<typeof startLoop>[0]['connect'] = (queue) => [
      // One that selects pods has Endpoints that are not mirrored; it matters when it begins or ceases to.
      enqueueAll(services, queue, (service) => (selectsPods(service) ? [] : [keyOf(service)])),
      enqueueAll(endpoints, queue, (one) => {
        const service = services.lister.getByKey(keyOf(one));
        return service !== undefined && selectsPods(service) ? [] : [keyOf(one)];
      }),
      enqueueChangedSlices(endpointSlices, CONTROLLER, writes, queue),
    ];
    return startLoop({ name: this.name, context, reconcile, concurrency: 5, connect });
  },
};
