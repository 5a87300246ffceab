import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, isInRange, path, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateMetadataUpdate } from '../../metadata-validation.js';
import { validateTolerations } from '../pod-spec/validation/scheduling.js';
import { semanticEqual } from '../../semantic-equal.js';
import { jsonDiff } from '../../printing/json-diff.js';
import { validatePodAlone } from './validation.js';
import type { DefaultedPod } from './types.js';

const specPath = path('spec');
const largestInt32 = 2_147_483_647;

const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** An update of a pod: nearly all of its spec is fixed. */
export function validatePodUpdate(pod: DefaultedPod, old: DefaultedPod): FieldError[] {
  const errors = [...validateMetadataUpdate(pod.metadata, old.metadata, path('metadata')), ...validatePodAlone(pod)];
  for (const field of ['containers', 'initContainers'] as const) {
    if (!validateContainerUpdates(pod.spec[field], old.spec[field], specPath.child(field), errors)) return errors;
  }
  if (!validateDeadline(pod.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds, errors)) return errors;
  validateTolerationUpdates(pod.spec.tolerations, old.spec.tolerations, errors);
  validateGateUpdates(pod.spec.schedulingGates, old.spec.schedulingGates, errors);
  validateFixedFields(pod.spec, old.spec, errors);
  return errors;
}

type Containers = readonly coreV1.Container[] | undefined;

/** False when the lists cannot be compared one by one. */
function validateContainerUpdates(containers: Containers = [], old: Containers = [], at: FieldPath, errors: FieldError[]): boolean {
  if (containers.length !== old.length) {
    errors.push(forbidden(at, 'pod updates may not add or remove containers'));
    return false;
  }
  containers.forEach(({ image = '' }, index) => {
    if (image === '') errors.push(required(at.index(index).child('image')));
    if (image.trim() !== image) errors.push(invalid(at.index(index).child('image'), image, 'must not have leading or trailing whitespace'));
  });
  return true;
}

/** A deadline may come closer, and cannot be taken back. */
function validateDeadline(seconds: number | undefined, old: number | undefined, errors: FieldError[]): boolean {
  const at = specPath.child('activeDeadlineSeconds');
  const before = errors.length;
  if (seconds === undefined) {
    if (old !== undefined) errors.push(invalid(at, seconds, 'must not update from a positive integer to nil value'));
    return true;
  }
  for (const problem of isInRange(seconds, 0, largestInt32)) errors.push(invalid(at, seconds, problem));
  if (old !== undefined && old < seconds) errors.push(invalid(at, seconds, 'must be less than or equal to previous value'));
  return errors.length === before;
}

function validateTolerationUpdates(tolerations: readonly coreV1.Toleration[] = [], old: readonly coreV1.Toleration[] = [], errors: FieldError[]): void {
  const at = specPath.child('tolerations');
  const withoutSeconds = (toleration: coreV1.Toleration) => ({ ...toleration, tolerationSeconds: undefined });
  const kept = old.every((one) => tolerations.some((other) => semanticEqual(withoutSeconds(one), withoutSeconds(other))));
  if (kept) validateTolerations(tolerations, at, errors);
  else errors.push(forbidden(at, 'existing toleration can not be modified except its tolerationSeconds'));
}

function validateGateUpdates(gates: readonly coreV1.PodSchedulingGate[] = [], old: readonly coreV1.PodSchedulingGate[] = [], errors: FieldError[]): void {
  gates.forEach(({ name }, index) => {
    if (old.some((gate) => gate.name === name)) return;
    errors.push(forbidden(specPath.child('schedulingGates').index(index).child('name'), `only deletion is allowed, but found new scheduling gate '${name}'`));
  });
}

function validateFixedFields(spec: coreV1.PodSpec, old: coreV1.PodSpec, errors: FieldError[]): void {
  if (semanticEqual(spec, old)) return;
  const allowed = withChangesAllowed(spec, old);
  if (semanticEqual(allowed, old)) return;
  errors.push(forbidden(specPath, `pod updates may not change fields other than ${changeable}\n${jsonDiff(old, allowed)}`));
}

/** The new spec with the old values where a change is permitted. */
function withChangesAllowed(spec: coreV1.PodSpec, old: coreV1.PodSpec): coreV1.PodSpec {
  const withOldImages = (containers: Containers, before: Containers) => containers?.map((container, index) => ({ ...container, image: before?.[index]?.image }));
  const allowed: coreV1.PodSpec = {
    ...spec,
    containers: withOldImages(spec.containers, old.containers) ?? [],
    initContainers: withOldImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
  };
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) allowed.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  // A gated pod is not scheduled yet: where it may go can still be narrowed.
  return (old.schedulingGates ?? []).length > 0 ? { ...allowed, nodeSelector: old.nodeSelector, affinity: old.affinity } : allowed;
}
