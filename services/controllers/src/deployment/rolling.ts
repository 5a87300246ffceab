import type { appsV1 } from '@gantry/api-types';
import type { Draft } from './draft.js';
import { availableReplicas, oldestFirst, scaleTo, totalAvailable, totalReplicas } from './draft.js';
import { fenceposts, wantedReplicas } from './fenceposts.js';

/** The size of the newest replica set that the surge allows now. */
export function sizeOfNewest(deployment: appsV1.Deployment, newest: Draft, all: readonly Draft[]): number {
  const wanted = wantedReplicas(deployment);
  const room = wanted + fenceposts(deployment).maxSurge - totalReplicas(all);
  return room <= 0 ? newest.replicas : newest.replicas + Math.min(room, wanted - newest.replicas);
}

/** Grows (or, after a scale down, shrinks) the newest replica set. Returns whether it changed. */
export function growNewest(deployment: appsV1.Deployment, newest: Draft, all: readonly Draft[]): boolean {
  const wanted = wantedReplicas(deployment);
  if (newest.replicas === wanted) return false;
  return scaleTo(newest, newest.replicas > wanted ? wanted : sizeOfNewest(deployment, newest, all), deployment);
}

/** Takes from the oldest first, never more than `limit` in all, each as `takeable` allows. Returns how many it took. */
function takeFromOldest(deployment: appsV1.Deployment, old: readonly Draft[], limit: number, takeable: (draft: Draft) => number): number {
  let taken = 0;
  for (const draft of old.toSorted(oldestFirst)) {
    const count = Math.min(limit - taken, takeable(draft));
    if (count <= 0) continue;
    scaleTo(draft, draft.replicas - count, deployment);
    taken += count;
  }
  return taken;
}

/**
 * Shrinks old replica sets as far as availability allows: first pods that are not available, which cost nothing, then available
 * ones beyond the minimum. Pods of the newest that are not available yet count as missing. Returns whether anything changed.
 */
export function shrinkOld(deployment: appsV1.Deployment, newest: Draft, old: readonly Draft[]): boolean {
  if (totalReplicas(old) === 0) return false;
  const all = [...old, newest];
  const minimum = wantedReplicas(deployment) - fenceposts(deployment).maxUnavailable;
  const newestUnavailable = newest.replicas - availableReplicas(newest);
  const limit = totalReplicas(all) - minimum - newestUnavailable;
  if (limit <= 0) return false;
  const unhealthy = takeFromOldest(deployment, old, limit, (draft) => draft.replicas - availableReplicas(draft));
  const healthy = takeFromOldest(deployment, old, totalAvailable(all) - minimum, ({ replicas }) => replicas);
  return unhealthy + healthy > 0;
}
