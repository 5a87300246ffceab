import type { appsV1 } from '@gantry/api-types';
import type { Draft } from './draft.js';
import { annotatedNumber, availableReplicas, DESIRED_REPLICAS, MAX_REPLICAS, oldestFirst, scaleTo, totalReplicas } from './draft.js';
import { fenceposts, isRollingUpdate, wantedReplicas } from './fenceposts.js';

function active(drafts: readonly Draft[]): Draft[] {
  return drafts.filter(({ replicas }) => replicas > 0);
}

/** Whether the deployment was scaled since its replica sets were last sized. */
export function isScalingEvent(deployment: appsV1.Deployment, drafts: readonly Draft[]): boolean {
  const wanted = wantedReplicas(deployment);
  return active(drafts).some((draft) => (annotatedNumber(draft, DESIRED_REPLICAS) ?? wanted) !== wanted);
}

function isSaturated(deployment: appsV1.Deployment, newest: Draft | undefined): boolean {
  if (newest === undefined) return false;
  const wanted = wantedReplicas(deployment);
  return newest.replicas === wanted && annotatedNumber(newest, DESIRED_REPLICAS) === wanted && availableReplicas(newest) === wanted;
}

/** How much one replica set's size changes when the whole changes in proportion; rounded half away from zero. */
function fraction(draft: Draft, deployment: appsV1.Deployment): number {
  const wanted = wantedReplicas(deployment);
  if (wanted === 0) return -draft.replicas;
  const before = annotatedNumber(draft, MAX_REPLICAS) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((draft.replicas * (wanted + fenceposts(deployment).maxSurge)) / before) - draft.replicas;
}

function share(draft: Draft, deployment: appsV1.Deployment, left: number): number {
  if (draft.replicas === 0 || left === 0) return 0;
  const wish = fraction(draft, deployment);
  return left > 0 ? Math.min(wish, left) : Math.max(wish, left);
}

/** Largest first; of equals the newer where pods are added, the older where they are taken. */
function bySize(growing: boolean): (a: Draft, b: Draft) => number {
  return (a, b) => b.replicas - a.replicas || (growing ? -oldestFirst(a, b) : oldestFirst(a, b));
}

/** Spreads the change over all active replica sets in proportion to their sizes; what rounding leaves goes to the largest. */
function scaleInProportion(deployment: appsV1.Deployment, drafts: readonly Draft[]): void {
  const wanted = wantedReplicas(deployment);
  const allowed = wanted > 0 ? wanted + fenceposts(deployment).maxSurge : 0;
  const toAdd = allowed - totalReplicas(drafts);
  const sorted = drafts.toSorted(bySize(toAdd > 0));
  const sizes = new Map<Draft, number>();
  let left = toAdd;
  for (const draft of sorted) {
    const part = share(draft, deployment, left);
    sizes.set(draft, draft.replicas + part);
    left -= part;
  }
  sorted.forEach((draft, index) => scaleTo(draft, Math.max(0, (sizes.get(draft) ?? 0) + (index === 0 ? left : 0)), deployment));
}

function latest(newest: Draft | undefined, old: readonly Draft[]): Draft | undefined {
  return newest ?? old.toSorted(oldestFirst).at(-1);
}

/** Sizes the replica sets for a deployment that was scaled, or is paused, without moving the rollout. */
export function scale(deployment: appsV1.Deployment, newest: Draft | undefined, old: readonly Draft[]): void {
  const actives = active(newest === undefined ? old : [...old, newest]);
  const only = actives.length === 0 ? latest(newest, old) : actives.length === 1 ? actives[0] : undefined;
  if (only !== undefined) scaleTo(only, wantedReplicas(deployment), deployment);
  else if (actives.length === 0) return;
  else if (isSaturated(deployment, newest)) active(old).forEach((draft) => scaleTo(draft, 0, deployment));
  else if (isRollingUpdate(deployment)) scaleInProportion(deployment, actives);
}
