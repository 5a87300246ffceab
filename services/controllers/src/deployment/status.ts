import type { appsV1 } from '@gantry/api-types';
import type { Condition } from './conditions.js';
import { newCondition, withCondition } from './conditions.js';
import type { Draft } from './draft.js';
import { totalAvailable, totalReplicas } from './draft.js';
import { fenceposts, wantedReplicas } from './fenceposts.js';

type Counts = Omit<appsV1.DeploymentStatus, 'conditions'>;

function sum(drafts: readonly Draft[], field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas'): number {
  return drafts.reduce((total, { current }) => total + (current.status?.[field] ?? 0), 0);
}

/** Zeros are left out on the wire. */
function withoutZeros(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined && value !== 0));
}

function available(deployment: appsV1.Deployment, count: number, now: number): Condition {
  const enough = count >= wantedReplicas(deployment) - fenceposts(deployment).maxUnavailable;
  return enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : newCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now);
}

/** The counts and the Available condition, from what the replica sets report; the other conditions are kept. */
export function computeStatus(deployment: appsV1.Deployment, newest: Draft | undefined, all: readonly Draft[], now: number): appsV1.DeploymentStatus {
  const availableCount = totalAvailable(all);
  const counts = withoutZeros({
    observedGeneration: deployment.metadata?.generation,
    replicas: sum(all, 'replicas'),
    updatedReplicas: newest === undefined ? 0 : sum([newest], 'replicas'),
    readyReplicas: sum(all, 'readyReplicas'),
    availableReplicas: availableCount,
    unavailableReplicas: Math.max(0, totalReplicas(all) - availableCount),
    terminatingReplicas: sum(all, 'terminatingReplicas'),
    collisionCount: deployment.status?.collisionCount,
  });
  return { ...counts, conditions: withCondition(deployment.status?.conditions ?? [], available(deployment, availableCount, now)) };
}
