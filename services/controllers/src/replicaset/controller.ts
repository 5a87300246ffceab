import type { coreV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';
import { Expectations } from '@gantry/controller';
import type { WorkQueue } from '@gantry/controller';
import type { Informer } from '@gantry/informer';
import type { Controller, ControllerContext, Detach } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { BY_CONTROLLER, ORPHANS } from '../informers.js';
import { controllerOf, isBeingDeleted, keyOf } from '../ownership/controller-ref.js';
import { createReconcile } from './reconcile.js';
import type { ReplicaKind } from './replica-kind.js';
import { replicaSets, replicationControllers } from './replica-kind.js';
import { Replicas } from './replicas.js';

/** Pods of every replica set that has the same controller, or of this one where it has none. */
function relatedPods({ pods }: ControllerContext['informers'], informer: Informer<KubeObject>, object: KubeObject): coreV1.Pod[] {
  const controller = controllerOf(object);
  const siblings = controller === undefined ? [object] : informer.lister.byIndex(BY_CONTROLLER, controller.uid);
  return siblings.flatMap(({ metadata }) => pods.lister.byIndex(BY_CONTROLLER, metadata?.uid ?? ''));
}

/** Tells the expectations what is seen of pods, before their controller is looked at again. */
function watchExpectations(informer: ControllerContext['informers']['pods'], replicas: Replicas, expectations: Expectations): Detach {
  const going = (pod: coreV1.Pod) => {
    const key = replicas.controllerKey(pod);
    if (key !== undefined) expectations.deletionObserved(key, pod.metadata?.uid ?? '');
  };
  return informer.addHandler({
    add: (pod, initial) => {
      const key = replicas.controllerKey(pod);
      if (key !== undefined && !initial) expectations.creationObserved(key);
      if (isBeingDeleted(pod)) going(pod);
    },
    update: (pod) => {
      if (isBeingDeleted(pod)) going(pod);
    },
    delete: going,
  });
}

function controllerFor<T extends KubeObject>(kind: ReplicaKind<T>): Controller {
  return { name: kind.name, start: (context) => start(context, kind as unknown as ReplicaKind) };
}

function start(context: ControllerContext, kind: ReplicaKind): ReturnType<typeof startLoop> {
  const { pods } = context.informers;
  const informer = kind.informer(context.informers);
  const replicas = new Replicas(kind, informer.lister);
  const expectations = new Expectations(context.clock);
  const reconcile = createReconcile({
    kind,
    client: context.client,
    clock: context.clock,
    recorder: context.recorder(kind.component),
    expectations,
    replicaSet: (key) => replicas.get(key),
    candidates: ({ metadata = {} }) => [...pods.lister.byIndex(BY_CONTROLLER, metadata.uid ?? ''), ...pods.lister.byIndex(ORPHANS, metadata.namespace ?? '')],
    relatedPods: (replicaSet) => relatedPods(context.informers, informer, replicaSet),
  });
  const connect = (queue: WorkQueue): Detach[] => [
    watchExpectations(pods, replicas, expectations),
    informer.addHandler({ delete: (object) => expectations.forget(keyOf(object)) }),
    enqueueAll(informer, queue, (object) => [keyOf(object)]),
    enqueueAll(pods, queue, (pod) => replicas.concerned(pod)),
  ];
  return startLoop({ name: kind.name, context, reconcile, concurrency: 5, connect });
}

/** Replica sets: as many pods as wanted. */
export const replicaSetController = controllerFor(replicaSets);

/** Replication controllers: the same. */
export const replicationControllerController = controllerFor(replicationControllers);
