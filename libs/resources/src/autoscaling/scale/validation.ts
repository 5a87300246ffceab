import type { autoscalingV1 } from '@gantry/api-types';
import { invalid, nameIsDNSSubdomain, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateMetadata } from '../../metadata-validation.js';

/** The body of a `scale` subresource. */
export function validateScale({ metadata, spec }: autoscalingV1.Scale): FieldError[] {
  const errors = validateMetadata(metadata ?? {}, true, nameIsDNSSubdomain, path('metadata'));
  const replicas = spec?.replicas ?? 0;
  if (replicas < 0) errors.push(invalid(path('spec').child('replicas'), replicas, 'must be greater than or equal to 0'));
  return errors;
}
