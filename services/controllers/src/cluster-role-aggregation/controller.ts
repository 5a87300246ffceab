import type { rbacV1 } from '@gantry/api-types';
import { isConflict, isNotFound } from '@gantry/apimachinery';
import { CLUSTERROLES } from '@gantry/client';
import type { Client } from '@gantry/client';
import type { Reconcile } from '@gantry/controller';
import type { Informer } from '@gantry/informer';
import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { aggregatedRules, isAggregated } from './plan.js';

/** The rules of cluster roles that are put together from others. */
export const clusterRoleAggregationController: Controller = {
  name: 'clusterrole-aggregation-controller',
  start(context) {
    const { clusterRoles } = context.informers;
    const reconcile = createReconcile(context.client, clusterRoles);
    // Any role may be a part of any aggregated one, by labels that it has or had; there are few of those.
    const aggregated = (): string[] => clusterRoles.lister.list().filter(isAggregated).map(({ metadata }) => metadata?.name ?? '');
    return startLoop({ name: this.name, context, reconcile, connect: (queue) => [enqueueAll(clusterRoles, queue, aggregated)] });
  },
};

function createReconcile(client: Client, clusterRoles: Informer<rbacV1.ClusterRole>): Reconcile {
  return async (name) => {
    const role = clusterRoles.lister.get(name);
    if (role === undefined || !isAggregated(role)) return;
    const rules = aggregatedRules(role, clusterRoles.lister.list());
    if (rules === undefined) return;
    const { uid, resourceVersion } = role.metadata ?? {};
    try {
      await client.resource(CLUSTERROLES).patch(name, 'application/merge-patch+json', { metadata: { uid, resourceVersion }, rules });
    } catch (error) {
      // Whoever was faster is an event that comes.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  };
}
