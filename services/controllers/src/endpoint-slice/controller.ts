import type { coreV1 } from '@gantry/api-types';
import type { WorkQueue } from '@gantry/controller';
import type { Controller, ControllerContext, Detach } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { BY_NODE } from '../informers.js';
import { keyOf } from '../ownership/controller-ref.js';
import { enqueueServicesOfPods } from '../service-pods/enqueue-services.js';
import { OwnWrites } from '../service-pods/own-writes.js';
import { servicesSelecting } from '../service-pods/selector-index.js';
import { zoneOf } from './endpoint.js';
import { CONTROLLER } from './labels.js';
import { createReconcile } from './reconcile.js';
import { BY_SERVICE, enqueueChangedSlices, keptBy } from './slice-index.js';

/** Endpoints wait for a node that is not known yet, and show its zone. */
function enqueueServicesOfNodes({ nodes, pods, services }: ControllerContext['informers'], queue: WorkQueue): Detach {
  const enqueue = ({ metadata }: coreV1.Node) => {
    for (const pod of pods.lister.byIndex(BY_NODE, metadata?.name ?? '')) servicesSelecting(services.lister, pod).forEach((key) => queue.add(key));
  };
  return nodes.addHandler({
    add: (node, initial) => void (initial || enqueue(node)),
    update: (node, old) => void (zoneOf(node) === zoneOf(old) || enqueue(node)),
    delete: enqueue,
  });
}

/** Endpoint slices: where the traffic of services with a selector goes. */
export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  start(context) {
    const { services, pods, nodes, endpointSlices } = context.informers;
    const writes = new OwnWrites(() => endpointSlices.revision);
    const reconcile = createReconcile({
      client: context.client,
      recorder: context.recorder('endpoint-slice-controller'),
      writes,
      service: (key) => services.lister.getByKey(key),
      pods: (namespace, selector) => pods.lister.list({ namespace, selector }),
      node: (name) => nodes.lister.get(name),
      slices: (key) => endpointSlices.lister.byIndex(BY_SERVICE, keptBy(CONTROLLER, key)),
    });
    const connect: Parameters<typeof startLoop>[0]['connect'] = (queue) => [
      enqueueAll(services, queue, (service) => [keyOf(service)]),
      enqueueServicesOfPods(pods, services, queue),
      enqueueServicesOfNodes(context.informers, queue),
      enqueueChangedSlices(endpointSlices, CONTROLLER, writes, queue),
    ];
    return startLoop({ name: this.name, context, reconcile, concurrency: 5, connect });
  },
};
