import type { appsV1, coreV1 } from '@gantry/api-types';
import { Expectations } from '@gantry/controller';
import type { WorkQueue } from '@gantry/controller';
import type { Lister } from '@gantry/informer';
import type { Controller, ControllerContext, Detach } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { BY_CONTROLLER, ORPHANS } from '../informers.js';
import { controllerOf, isBeingDeleted, keyOf } from '../ownership/controller-ref.js';
import { concernedOwners, resolveController } from '../ownership/owner-keys.js';
import { createReconcile } from './reconcile.js';

/** Pods of every replica set that has the same controller, or of this one where it has none. */
function relatedPods({ pods, replicaSets }: ControllerContext['informers'], replicaSet: appsV1.ReplicaSet): coreV1.Pod[] {
  const controller = controllerOf(replicaSet);
  const siblings = controller === undefined ? [replicaSet] : replicaSets.lister.byIndex(BY_CONTROLLER, controller.uid);
  return siblings.flatMap(({ metadata }) => pods.lister.byIndex(BY_CONTROLLER, metadata?.uid ?? ''));
}

/** Tells the expectations what is seen of pods, before the replica set is looked at again. */
function watchExpectations(informer: ControllerContext['informers']['pods'], replicaSets: Lister<appsV1.ReplicaSet>, expectations: Expectations): Detach {
  const ownerKey = (pod: coreV1.Pod) => {
    const owner = resolveController(pod, 'ReplicaSet', replicaSets);
    return owner === undefined ? undefined : keyOf(owner);
  };
  const going = (pod: coreV1.Pod) => {
    const key = ownerKey(pod);
    if (key !== undefined) expectations.deletionObserved(key, pod.metadata?.uid ?? '');
  };
  return informer.addHandler({
    add: (pod, initial) => {
      const key = ownerKey(pod);
      if (key !== undefined && !initial) expectations.creationObserved(key);
      if (isBeingDeleted(pod)) going(pod);
    },
    update: (pod) => {
      if (isBeingDeleted(pod)) going(pod);
    },
    delete: going,
  });
}

function connect({ informers }: ControllerContext, expectations: Expectations, queue: WorkQueue): Detach[] {
  const { replicaSets, pods } = informers;
  return [
    watchExpectations(pods, replicaSets.lister, expectations),
    replicaSets.addHandler({ delete: (replicaSet) => expectations.forget(keyOf(replicaSet)) }),
    enqueueAll(replicaSets, queue, (replicaSet) => [keyOf(replicaSet)]),
    enqueueAll(pods, queue, (pod) => concernedOwners(pod, 'ReplicaSet', replicaSets.lister)),
  ];
}

/** Replica sets: as many pods as wanted. */
export const replicaSetController: Controller = {
  name: 'replicaset-controller',
  start(context) {
    const { replicaSets, pods } = context.informers;
    const expectations = new Expectations(context.clock);
    const reconcile = createReconcile({
      client: context.client,
      clock: context.clock,
      recorder: context.recorder(this.name),
      expectations,
      replicaSet: (key) => replicaSets.lister.getByKey(key),
      candidates: ({ metadata = {} }) => [...pods.lister.byIndex(BY_CONTROLLER, metadata.uid ?? ''), ...pods.lister.byIndex(ORPHANS, metadata.namespace ?? '')],
      relatedPods: (replicaSet) => relatedPods(context.informers, replicaSet),
    });
    return startLoop({ name: this.name, context, reconcile, concurrency: 5, connect: (queue) => connect(context, expectations, queue) });
  },
};
