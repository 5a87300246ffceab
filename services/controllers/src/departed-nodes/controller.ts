import { isConflict, isNotFound } from '@gantry/apimachinery';
import { NODES, type Client } from '@gantry/client';
import type { coreV1 } from '@gantry/api-types';
import type { Reconcile } from '@gantry/controller';
import type { Controller } from '../controller-context.js';
import { enqueueAll, startLoop } from '../controller-context.js';
import { isRemovable } from './removable.js';

/** Nodes whose machines were taken away: what a cloud's node controller does where there is a cloud to ask. */
export const departedNodesController: Controller = {
  name: 'departed-nodes-controller',
  start(context) {
    const { nodes } = context.informers;
    const reconcile = createReconcile(context.client, (name) => nodes.lister.get(name));
    const named = (node: coreV1.Node): string[] => (isRemovable(node) ? [node.metadata?.name ?? ''] : []);
    return startLoop({ name: this.name, context, reconcile, connect: (queue) => [enqueueAll(nodes, queue, named)] });
  },
};

function createReconcile(client: Client, nodeNamed: (name: string) => coreV1.Node | undefined): Reconcile {
  return async (name) => {
    const node = nodeNamed(name);
    if (node === undefined || !isRemovable(node)) return {};
    const { uid, resourceVersion } = node.metadata ?? {};
    // As it was judged: another state is judged when it is seen.
    await client.resource(NODES).delete(name, { preconditions: { uid, resourceVersion } }).catch(ignorePast);
    return {};
  };
}

function ignorePast(error: unknown): void {
  if (!isNotFound(error) && !isConflict(error)) throw error;
}
