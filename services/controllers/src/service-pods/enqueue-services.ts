import type { coreV1 } from '@gantry/api-types';
import type { WorkQueue } from '@gantry/controller';
import type { Informer } from '@gantry/informer';
import type { Detach } from '../controller-context.js';
import { changesEndpoints } from './membership.js';
import { servicesSelecting } from './selector-index.js';

/** Enqueues the services of a pod when something happens to it that its endpoints show, at once: what comes meanwhile is one more look. */
export function enqueueServicesOfPods(pods: Informer<coreV1.Pod>, services: Informer<coreV1.Service>, queue: WorkQueue): Detach {
  const enqueue = (pod: coreV1.Pod) => servicesSelecting(services.lister, pod).forEach((key) => queue.add(key));
  return pods.addHandler({
    add: enqueue,
    update: (pod, old) => {
      if (!changesEndpoints(pod, old)) return;
      enqueue(pod);
      enqueue(old);
    },
    delete: enqueue,
  });
}
