import type { appsV1, coreV1 } from '@gantry/api-types';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { isPodActive } from '../pods/pod-status.js';
import { rankForDeletion } from './ranking.js';

/** The most pods that one step creates or deletes. */
export const BURST = 500;

/** What a replica set's controller sees. */
export interface ReplicaSetWorld {
  /** The pods that the replica set controls, those that end or have ended included. */
  readonly pods: readonly coreV1.Pod[];
  /** The active pods of all replica sets of the same deployment. */
  readonly related: readonly coreV1.Pod[];
  /** Whether everything that was asked for before is seen. */
  readonly upToDate: boolean;
  /** Milliseconds of the epoch. */
  readonly now: number;
}

/** One step: never both. */
export interface ReplicaSetPlan {
  /** How many pods are to be created. */
  readonly create: number;
  readonly remove: readonly coreV1.Pod[];
}

const NOTHING: ReplicaSetPlan = { create: 0, remove: [] };

/** The next step of a replica set: pure. */
export function computePlan(replicaSet: appsV1.ReplicaSet, world: ReplicaSetWorld): ReplicaSetPlan {
  if (!world.upToDate || isBeingDeleted(replicaSet)) return NOTHING;
  const active = world.pods.filter(isPodActive);
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length;
  if (missing === 0) return NOTHING;
  if (missing > 0) return { create: Math.min(missing, BURST), remove: [] };
  const ranked = rankForDeletion(active, world.related, world.now);
  return { create: 0, remove: ranked.slice(0, Math.min(-missing, BURST)) };
}

/**
 * Sizes of the batches in which `count` things are started: 1, 2, 4 …; where the first fails, as for a quota, one request was
 * wasted, not all of them.
 */
export function slowStartBatches(count: number): number[] {
  const batches: number[] = [];
  for (let left = count, size = 1; left > 0; size *= 2) {
    batches.push(Math.min(size, left));
    left -= size;
  }
  return batches;
}
