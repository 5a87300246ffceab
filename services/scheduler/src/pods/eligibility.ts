import type { coreV1 } from '@gantry/api-types';

export const DEFAULT_SCHEDULER = 'default-scheduler';

export function hasEnded(pod: coreV1.Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Whether this scheduler has to find a node for the pod: it has none, is not going, is not held back, and asks for this scheduler. */
export function needsNode(pod: coreV1.Pod, schedulerName: string): boolean {
  const { nodeName = '', schedulerName: wanted = DEFAULT_SCHEDULER, schedulingGates = [] } = pod.spec ?? {};
  return nodeName === '' && wanted === schedulerName && schedulingGates.length === 0 && pod.metadata?.deletionTimestamp === undefined && !hasEnded(pod);
}
