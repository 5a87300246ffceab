import type { coreV1 } from '@gantry/api-types';
import { isDNS1123Label, path } from '@gantry/apimachinery';
import { addressWarnings } from '../../address-warnings.js';
import type { TypedStrategy } from '../../define-kind.js';
import { podSpecWarnings } from '../pod-spec/warnings/pod-warnings.js';
import { advanceGeneration } from './generation.js';
import { keepObservedGenerations } from './observed-generations.js';
import { qosClassOf } from './qos.js';
import { validatePodStatusUpdate } from './status-validation.js';
import type { DefaultedPod } from './types.js';
import { validatePodUpdate } from './update-validation.js';
import { validatePod } from './validation.js';

/** How pods come to be and change. */
export const podStrategy: TypedStrategy<DefaultedPod> = {
  prepareForCreate: (pod, { now }) => {
    pod.metadata.generation = 1;
    pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec) };
    if ((pod.spec.schedulingGates ?? []).length > 0) pod.status.conditions = [{ ...gatedCondition, lastTransitionTime: now }];
  },
  validate: validatePod,
  prepareForUpdate: (pod, old) => {
    pod.status = old.status;
    keepPriority(pod.spec, old.spec);
    advanceGeneration(pod, old);
  },
  validateUpdate: validatePodUpdate,
  warnings: (pod, old) => (old === undefined ? [...nameWarnings(pod), ...podSpecWarnings(pod)] : []),
  allowUnconditionalUpdate: true,
  gracePeriodSeconds: podGracePeriod,
};

/** How `/status` changes: the spec, the owners and the deletion are not its business. */
export const podStatusStrategy: TypedStrategy<DefaultedPod> = {
  ...podStrategy,
  prepareForUpdate: (pod, old) => {
    pod.spec = old.spec;
    pod.metadata.deletionTimestamp = old.metadata.deletionTimestamp;
    pod.metadata.ownerReferences = old.metadata.ownerReferences;
    pod.metadata.generation = old.metadata.generation;
    pod.status.qosClass ||= old.status.qosClass;
    keepObservedGenerations(pod.status, old.status);
  },
  validateUpdate: validatePodStatusUpdate,
  warnings: ({ status }) => statusWarnings(status),
  resetFields: ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'],
};

const gatedCondition: coreV1.PodCondition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

/** Admission sets the priority on create; a client that sends the object without it means no change. */
function keepPriority(spec: coreV1.PodSpec, old: coreV1.PodSpec): void {
  spec.priority ??= old.priority;
  spec.preemptionPolicy ??= old.preemptionPolicy;
}

function nameWarnings({ metadata }: DefaultedPod): string[] {
  const problems = isDNS1123Label(metadata.name ?? '');
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}

function statusWarnings({ podIPs = [], hostIPs = [] }: coreV1.PodStatus): string[] {
  const warnings: string[] = [];
  podIPs.forEach(({ ip }, index) => addressWarnings(ip, path('status').child('podIPs').index(index).child('ip'), warnings));
  hostIPs.forEach(({ ip }, index) => addressWarnings(ip, path('status').child('hostIPs').index(index).child('ip'), warnings));
  return warnings;
}

/** Seconds between the request and the end; 0 for pods that no kubelet runs. */
function podGracePeriod({ spec, status }: DefaultedPod, requested: number | undefined): number {
  if (!spec.nodeName || status.phase === 'Failed' || status.phase === 'Succeeded') return 0;
  const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}
