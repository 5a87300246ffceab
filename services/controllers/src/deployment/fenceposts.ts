import type { appsV1, IntOrString } from '@gantry/api-types';

/** A count, or the percentage of `total` rounded as told. */
function scaledValue(value: IntOrString, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const exact = (Number.parseInt(value, 10) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

/** The replicas that a deployment wants; 1 where it does not say. */
export function wantedReplicas(deployment: appsV1.Deployment): number {
  return deployment.spec?.replicas ?? 1;
}

export function isRollingUpdate(deployment: appsV1.Deployment): boolean {
  return (deployment.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/**
 * How many pods may exist beyond, and be missing from, the wanted ones. Surge rounds up and unavailability down, so that a
 * percentage never stops the service; where both come out as 0, one may be missing, else nothing could ever move.
 */
export function fenceposts(deployment: appsV1.Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const wanted = wantedReplicas(deployment);
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, wanted, 'up');
  const unavailable = scaledValue(maxUnavailable, wanted, 'down');
  const atLeast = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { maxSurge: surge, maxUnavailable: wanted === 0 ? 0 : Math.min(atLeast, wanted) };
}
