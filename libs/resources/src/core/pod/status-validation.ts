import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, isDNS1123Subdomain, isQualifiedName, path, validateImmutable } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateMetadataUpdate } from '../../metadata-validation.js';
import { shouldRestart } from './restart.js';
import { validateStatusAddresses } from './status-addresses.js';
import type { DefaultedPod } from './types.js';

const statusPath = path('status');

/** An update of a pod's status, by its kubelet as a rule. */
export function validatePodStatusUpdate(pod: DefaultedPod, old: DefaultedPod): FieldError[] {
  const errors = validateMetadataUpdate(pod.metadata, old.metadata, path('metadata'));
  validateConditions(pod.status.conditions, errors);
  validateNomination(pod, old, errors);
  if ((pod.status.observedGeneration ?? 0) < 0) {
    errors.push(invalid(statusPath.child('observedGeneration'), pod.status.observedGeneration, 'must be a non-negative integer'));
  }
  errors.push(...validateImmutable(pod.status.qosClass, old.status.qosClass, statusPath.child('qosClass')));
  const { containers, initContainers = [], restartPolicy = 'Always' } = old.spec;
  validateTransitions(pod.status.containerStatuses, old.status.containerStatuses, containers, restartPolicy, statusPath.child('containerStatuses'), errors);
  validateTransitions(pod.status.initContainerStatuses, old.status.initContainerStatuses, initContainers, restartPolicy, statusPath.child('initContainerStatuses'), errors);
  validateEphemeralTransitions(pod.status.ephemeralContainerStatuses, old.status.ephemeralContainerStatuses, statusPath.child('ephemeralContainerStatuses'), errors);
  validateStatusAddresses(pod.status, old.status, errors);
  return errors;
}

/** Types whose names are known to be good; the first three are older than the rule. */
const ownConditions: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized', 'ContainersReady', 'PodReadyToStartContainers']);

function validateConditions(conditions: readonly coreV1.PodCondition[] = [], errors: FieldError[]): void {
  const at = (index: number, field: string): FieldPath => statusPath.child('conditions').index(index).child(field);
  conditions.forEach(({ type, observedGeneration = 0 }, index) => {
    if (observedGeneration < 0) errors.push(invalid(at(index, 'observedGeneration'), observedGeneration, 'must be a non-negative integer'));
    if (!ownConditions.has(type)) for (const problem of isQualifiedName(type)) errors.push(invalid(at(index, 'Type'), type, problem));
  });
}

function validateNomination(pod: DefaultedPod, old: DefaultedPod, errors: FieldError[]): void {
  const name = pod.status.nominatedNodeName;
  if (!name || name === old.status.nominatedNodeName) return;
  const at = statusPath.child('nominatedNodeName');
  for (const problem of isDNS1123Subdomain(name)) errors.push(invalid(at, name, problem));
  if (old.spec.nodeName) errors.push(forbidden(at, 'may not be set on pods that are already bound to a node'));
}

type Statuses = readonly coreV1.ContainerStatus[] | undefined;

/** A container that has ended stays ended, unless it is one that is restarted. */
function validateTransitions(statuses: Statuses = [], old: Statuses = [], containers: readonly coreV1.Container[], podPolicy: string, at: FieldPath, errors: FieldError[]): void {
  old.forEach(({ name, state }, index) => {
    if (state?.terminated === undefined) return;
    const now = statuses.find((status) => status.name === name);
    if (now === undefined || now.state?.terminated !== undefined) return;
    const container = containers.find((candidate) => candidate.name === name);
    if (container !== undefined && shouldRestart(container, podPolicy, state.terminated.exitCode)) return;
    errors.push(forbidden(at.index(index).child('state'), 'may not be transitioned to non-terminated state'));
  });
}

/** An ephemeral container that has ended is never started again. */
function validateEphemeralTransitions(statuses: Statuses = [], old: Statuses = [], at: FieldPath, errors: FieldError[]): void {
  old.forEach(({ name, state }, index) => {
    if (state?.terminated === undefined) return;
    if (statuses.some((status) => status.name === name && status.state?.terminated === undefined)) errors.push(forbidden(at.index(index).child('state'), 'may not be transitioned to non-terminated state'));
  });
}
