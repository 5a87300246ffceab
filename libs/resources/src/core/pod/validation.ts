import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, nameIsDNSSubdomain, path } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateMetadata } from '../../metadata-validation.js';
import { validatePodSpec } from '../pod-spec/validation/pod-spec.js';
import type { DefaultedPod } from './types.js';

const metadataPath = path('metadata');
const specPath = path('spec');

/** A pod to be created. */
export function validatePod(pod: DefaultedPod): FieldError[] {
  const errors = validatePodAlone(pod);
  if ((pod.spec.ephemeralContainers ?? []).length > 0) errors.push(forbidden(specPath.child('ephemeralContainers'), 'cannot be set on create'));
  if (pod.spec.nodeName && (pod.spec.schedulingGates ?? []).length > 0) {
    errors.push(forbidden(specPath.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'));
  }
  return errors;
}

/** What holds for a pod whether it is new or updated. */
export function validatePodAlone(pod: DefaultedPod): FieldError[] {
  const errors = validateMetadata(pod.metadata, true, nameIsDNSSubdomain, metadataPath);
  validatePodSpec(pod.spec, specPath, errors);
  if (!pod.spec.serviceAccountName) validateNoTokens(pod, errors);
  for (const field of ['containers', 'initContainers'] as const) validateImages(pod.spec[field], specPath.child(field), errors);
  return errors;
}

/** Templates were never checked for this, so only pods are. */
function validateImages(containers: readonly coreV1.Container[] | undefined, at: FieldPath, errors: FieldError[]): void {
  containers?.forEach(({ image = '' }, index) => {
    if (image.trim() !== image) errors.push(invalid(at.index(index).child('image'), image, 'must not have leading or trailing whitespace'));
  });
}

function validateNoTokens({ spec }: DefaultedPod, errors: FieldError[]): void {
  spec.volumes?.forEach(({ projected }, index) => {
    projected?.sources?.forEach(({ serviceAccountToken }, source) => {
      if (serviceAccountToken === undefined) return;
      const at = specPath.child('volumes').index(index).child('projected').child('sources').index(source).child('serviceAccountToken');
      errors.push(forbidden(at, 'must not be specified when serviceAccountName is not set'));
    });
  });
}
