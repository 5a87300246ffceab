import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { BY_CONTROLLER } from '../informers.js';
import { keyOf } from '../ownership/controller-ref.js';
import { concernedOwners, resolveController } from '../ownership/owner-keys.js';
import { createReconcile } from './reconcile.js';

/** Deployments: rollouts by way of replica sets. */
export const deploymentController: Controller = {
  name: 'deployment-controller',
  start(context) {
    const { deployments, replicaSets, pods } = context.informers;
    const reconcile = createReconcile({
      client: context.client,
      clock: context.clock,
      recorder: context.recorder(this.name),
      deployment: (key) => deployments.lister.getByKey(key),
      replicaSets: (namespace) => replicaSets.lister.list({ namespace }),
      podsControlledBy: (uid) => pods.lister.byIndex(BY_CONTROLLER, uid),
    });
    const connect: Parameters<typeof startLoop>[0]['connect'] = (queue) => [
      enqueueAll(deployments, queue, (deployment) => [keyOf(deployment)]),
      enqueueAll(replicaSets, queue, (replicaSet) => concernedOwners(replicaSet, 'Deployment', deployments.lister)),
      // Recreate waits for the last old pod to be gone.
      pods.addHandler({
        delete: (pod) => {
          const replicaSet = resolveController(pod, 'ReplicaSet', replicaSets.lister);
          if (replicaSet !== undefined) concernedOwners(replicaSet, 'Deployment', deployments.lister).forEach((key) => queue.add(key));
        },
      }),
    ];
    return startLoop({ name: this.name, context, reconcile, concurrency: 5, connect });
  },
};
