import type { coreV1 } from '@gantry/api-types';
import { wellKnownTaints } from '@gantry/apimachinery';
import type { DefaultedPod } from './types.js';

const tolerationSeconds = 300;

/**
 * What admission adds to a new pod where no class of priority is named: priority 0 and the policy that may preempt
 * (`Priority`), and 300 seconds on a node that is not ready or not reachable (`DefaultTolerationSeconds`). Changes the pod.
 */
export function admitPod(pod: DefaultedPod): void {
  pod.spec.priority ??= 0;
  pod.spec.preemptionPolicy ??= 'PreemptLowerPriority';
  addDefaultTolerations(pod.spec);
}

/** The tolerations of `DefaultTolerationSeconds`, where the pod has none for these taints. */
export function addDefaultTolerations(spec: coreV1.PodSpec): void {
  for (const key of [wellKnownTaints.notReady, wellKnownTaints.unreachable]) {
    if (spec.tolerations?.some((toleration) => tolerates(toleration, key))) continue;
    (spec.tolerations ??= []).push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds });
  }
}

function tolerates(toleration: coreV1.Toleration, key: string): boolean {
  return (!toleration.key || toleration.key === key) && (!toleration.effect || toleration.effect === 'NoExecute');
}
