import type { appsV1, coreV1 } from '@gantry/api-types';
import { selectorFromLabels } from '@gantry/apimachinery';
import { formatTime } from '@gantry/controller';
import { isPodActive, isPodAvailable, isPodFinished, isPodReady, readySince } from '../pods/pod-status.js';

type Condition = appsV1.ReplicaSetCondition;

/** What went wrong when pods were made or deleted. */
export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

function conditions(replicaSet: appsV1.ReplicaSet, failure: ReplicaFailure | undefined, now: number): Condition[] {
  const before = replicaSet.status?.conditions ?? [];
  const present = before.some(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return before.filter(({ type }) => type !== 'ReplicaFailure');
  if (present) return before;
  return [...before, { type: 'ReplicaFailure', status: 'True', reason: failure.reason, message: failure.message, lastTransitionTime: formatTime(now) }];
}

function withoutZeros(counts: Partial<appsV1.ReplicaSetStatus>): Partial<appsV1.ReplicaSetStatus> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined && value !== 0));
}

/** The status by the pods that the replica set owns. */
export function computeStatus(replicaSet: appsV1.ReplicaSet, pods: readonly coreV1.Pod[], failure: ReplicaFailure | undefined, now: number): appsV1.ReplicaSetStatus {
  const active = pods.filter(isPodActive);
  const template = selectorFromLabels(replicaSet.spec?.template?.metadata?.labels);
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0;
  const kept = conditions(replicaSet, failure, now);
  return {
    replicas: active.length,
    ...withoutZeros({
      fullyLabeledReplicas: active.filter((pod) => template.matches(pod.metadata?.labels)).length,
      readyReplicas: active.filter(isPodReady).length,
      availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
      terminatingReplicas: pods.filter((pod) => pod.metadata?.deletionTimestamp !== undefined && !isPodFinished(pod)).length,
      observedGeneration: replicaSet.metadata?.generation,
    }),
    ...(kept.length === 0 ? {} : { conditions: kept }),
  };
}

/** Milliseconds until the next ready pod has been ready for long enough to be available; undefined where none waits for that. */
export function untilAvailable(replicaSet: appsV1.ReplicaSet, pods: readonly coreV1.Pod[], now: number): number | undefined {
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0;
  const waiting = pods.filter((pod) => isPodActive(pod) && isPodReady(pod) && !isPodAvailable(pod, minReadySeconds, now));
  const times = waiting.map((pod) => readySince(pod) + minReadySeconds * 1000 - now).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.max(1, Math.min(...times));
}
