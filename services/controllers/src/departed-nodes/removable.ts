import type { coreV1 } from '@gantry/api-types';
import { DEPARTED_ANNOTATION } from '@gantry/client';

/** Taints that the cluster itself puts on nodes. */
const CLUSTERS_OWN = 'node.kubernetes.io/';

/**
 * Whether a Node is to go: its machine was taken away and it is not ready. One that an administrator has cordoned or tainted stays: a node
 * could else shed that by saying that it departs and coming back.
 */
export function isRemovable({ metadata, spec, status }: coreV1.Node): boolean {
  if (metadata?.annotations?.[DEPARTED_ANNOTATION] === undefined) return false;
  const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
  const held = spec?.unschedulable === true || spec?.taints?.some(({ key }) => !key.startsWith(CLUSTERS_OWN)) === true;
  return !ready && !held;
}
