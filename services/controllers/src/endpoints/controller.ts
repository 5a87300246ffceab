import type { coreV1 } from '@gantry/api-types';
import type { WorkQueue } from '@gantry/controller';
import type { Controller, ControllerContext, Detach } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { keyOf } from '../ownership/controller-ref.js';
import { enqueueServicesOfPods } from '../service-pods/enqueue-services.js';
import { OwnWrites } from '../service-pods/own-writes.js';
import { CONTROLLER, MANAGED_BY } from './plan.js';
import { createReconcile } from './reconcile.js';

/** Whoever changes or deletes what this controller wrote is put right. What it left when a service went while nobody watched, goes. */
function enqueueEndpoints({ endpoints, services }: ControllerContext['informers'], writes: OwnWrites, queue: WorkQueue): Detach {
  const hasService = (one: coreV1.Endpoints) => services.lister.getByKey(keyOf(one)) !== undefined;
  const isLeft = (one: coreV1.Endpoints) => one.metadata?.labels?.[MANAGED_BY] === CONTROLLER && !hasService(one);
  const seen = (one: coreV1.Endpoints) => {
    if (writes.concerns(keyOf(one), one) && hasService(one)) queue.add(keyOf(one));
  };
  return endpoints.addHandler({
    add: (one, initial) => {
      if (initial && isLeft(one)) queue.add(keyOf(one));
      else if (!initial) seen(one);
    },
    update: seen,
    delete: (one) => {
      if (hasService(one)) queue.add(keyOf(one));
    },
  });
}

/** Endpoints: what older clients read instead of endpoint slices. */
export const endpointsController: Controller = {
  name: 'endpoints-controller',
  start(context) {
    const { services, pods, endpoints } = context.informers;
    const writes = new OwnWrites(() => endpoints.revision);
    const reconcile = createReconcile({
      client: context.client,
      recorder: context.recorder('endpoint-controller'),
      writes,
      service: (key) => services.lister.getByKey(key),
      pods: (namespace, selector) => pods.lister.list({ namespace, selector }),
      endpoints: (key) => endpoints.lister.getByKey(key),
    });
    const connect: Parameters<typeof startLoop>[0]['connect'] = (queue) => [
      enqueueAll(services, queue, (service) => [keyOf(service)]),
      enqueueServicesOfPods(pods, services, queue),
      enqueueEndpoints(context.informers, writes, queue),
    ];
    return startLoop({ name: this.name, context, reconcile, concurrency: 5, connect });
  },
};
