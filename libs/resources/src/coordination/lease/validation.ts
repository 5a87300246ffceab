import type { coordinationV1 } from '@gantry/api-types';
import { forbidden, invalid, nameIsDNSSubdomain, path, validateObjectMeta, validateObjectMetaUpdate } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { DefaultedLease } from './defaults.js';

const metadataPath = path('metadata');
const specPath = path('spec');

/** A lease to be created. */
export function validateLease(lease: DefaultedLease): FieldError[] {
  const errors = validateObjectMeta(lease.metadata, true, nameIsDNSSubdomain, metadataPath);
  validateSpec(lease.spec, errors);
  return errors;
}

/** An update. */
export function validateLeaseUpdate(lease: DefaultedLease, old: DefaultedLease): FieldError[] {
  const errors = validateObjectMetaUpdate(lease.metadata, old.metadata, metadataPath);
  validateSpec(lease.spec, errors);
  return errors;
}

function validateSpec({ leaseDurationSeconds, leaseTransitions, preferredHolder, strategy }: coordinationV1.LeaseSpec, errors: FieldError[]): void {
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid(specPath.child('leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0'));
  }
  if ((leaseTransitions ?? 0) < 0) errors.push(invalid(specPath.child('leaseTransitions'), leaseTransitions, 'must be greater than or equal to 0'));
  if (preferredHolder && !strategy) errors.push(forbidden(specPath.child('preferredHolder'), 'may only be specified if `strategy` is defined'));
}
