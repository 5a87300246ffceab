import type { coreV1 } from '@gantry/api-types';
import { parseTime } from '@gantry/controller';

export function podCondition(pod: coreV1.Pod, type: string): coreV1.PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isPodReady(pod: coreV1.Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Milliseconds of the epoch since when the pod is ready; NaN where it is not, or does not say. */
export function readySince(pod: coreV1.Pod): number {
  return isPodReady(pod) ? parseTime(podCondition(pod, 'Ready')?.lastTransitionTime) : Number.NaN;
}

/** Whether the pod was ready for `minReadySeconds` at `now`, in milliseconds of the epoch. */
export function isPodAvailable(pod: coreV1.Pod, minReadySeconds: number, now: number): boolean {
  if (!isPodReady(pod)) return false;
  return minReadySeconds === 0 || readySince(pod) + minReadySeconds * 1000 <= now;
}

export function isPodFinished(pod: coreV1.Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Whether the pod counts for its controller: it may still run, and nobody asked it to go. */
export function isPodActive(pod: coreV1.Pod): boolean {
  return !isPodFinished(pod) && pod.metadata?.deletionTimestamp === undefined;
}
