import type { coreV1 } from '@gantry/api-types';
import { isConflict, isNotFound } from '@gantry/apimachinery';
import type { Client } from '@gantry/client';
import { NODES } from '@gantry/client';
import type { EventRecorder, Reconcile, ReconcileResult } from '@gantry/controller';
import type { Assignment } from './plan.js';
import { computePlan, hasPodCidr } from './plan.js';
import type { NodeIpamSettings } from './pod-cidrs.js';
import { PodCidrs } from './pod-cidrs.js';

export interface NodeIpamDependencies {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly settings: NodeIpamSettings;
  /** From a cache: says only whether there is something to do. */
  readonly nodes: () => readonly coreV1.Node[];
}

async function assign({ client }: NodeIpamDependencies, { node, podCidr }: Assignment): Promise<void> {
  const { name = '', uid, resourceVersion } = node.metadata ?? {};
  await client.resource(NODES).patch(name, 'application/merge-patch+json', { metadata: { uid, resourceVersion }, spec: { podCIDR: podCidr, podCIDRs: [podCidr] } });
}

function refuse({ recorder }: NodeIpamDependencies, { metadata: { name = '', uid } = {} }: coreV1.Node): void {
  recorder.event({ apiVersion: 'v1', kind: 'Node', name, uid }, { type: 'Normal', reason: 'CIDRNotAvailable', message: `Node ${name} status is now: CIDRNotAvailable` });
}

/** What a kubelet writes when it registers comes in between, and then what was read is read again soon, without a failure's back-off. */
const READ_AGAIN = 20;

/**
 * Gives every node its share of the pods' range; one key stands for all nodes. What is free is read from the server each time, so there is
 * nothing to remember and nothing to free. The order of the writes matters, see `computePlan`: the first that fails ends it.
 */
export function createReconcile(dependencies: NodeIpamDependencies): Reconcile {
  const { client, settings } = dependencies;
  let next = new PodCidrs(settings).next;
  return async (): Promise<ReconcileResult | void> => {
    if (dependencies.nodes().every(hasPodCidr)) return;
    const { items } = await client.resource(NODES).list();
    const { assignments, refused } = computePlan(items, new PodCidrs(settings, next));
    try {
      for (const assignment of assignments) {
        await assign(dependencies, assignment);
        next = assignment.next;
      }
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      return { requeueAfter: READ_AGAIN };
    }
    for (const node of refused) refuse(dependencies, node);
  };
}
