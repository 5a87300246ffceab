import type { coreV1 } from '@gantry/api-types';
import { parseTime } from '@gantry/controller';

/** Whether the toleration covers the taint, as upstream's `ToleratesTaint`. */
export function tolerates(toleration: coreV1.Toleration, taint: coreV1.Taint): boolean {
  const { effect, key, operator = 'Equal', value } = toleration;
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key !== undefined && key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === 'Equal' || operator === '') && key !== undefined && key !== '' && (value ?? '') === (taint.value ?? '');
}

export type EvictionPlan =
  | { readonly type: 'stay' }
  /** Milliseconds of the epoch; in the past: at once. */
  | { readonly type: 'evict'; readonly at: number };

/** Seconds for which one taint is borne: Infinity for ever, undefined not at all. */
function patience(pod: coreV1.Pod, taint: coreV1.Taint): number | undefined {
  const covering = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
  if (covering.length === 0) return undefined;
  return Math.min(...covering.map(({ tolerationSeconds }) => Math.max(0, tolerationSeconds ?? Number.POSITIVE_INFINITY)));
}

/** When the pod must leave the node for its NoExecute taints: each counts from when it was added, the earliest wins. */
export function computePlan(pod: coreV1.Pod, taints: readonly coreV1.Taint[], now: number): EvictionPlan {
  const times = taints
    .filter(({ effect }) => effect === 'NoExecute')
    .map((taint) => {
      const seconds = patience(pod, taint);
      return seconds === undefined ? Number.NEGATIVE_INFINITY : (parseTime(taint.timeAdded) || now) + seconds * 1000;
    });
  const at = Math.min(Number.POSITIVE_INFINITY, ...times);
  return at === Number.POSITIVE_INFINITY ? { type: 'stay' } : { type: 'evict', at };
}
