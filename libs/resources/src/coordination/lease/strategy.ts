import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedLease } from './defaults.js';
import { validateLease, validateLeaseUpdate } from './validation.js';

/** How leases come to be and change. A write must name the revision that it is based on: leases decide who leads. */
export const leaseStrategy: TypedStrategy<DefaultedLease> = {
  prepareForCreate: dropCoordination,
  validate: validateLease,
  prepareForUpdate: dropCoordination,
  validateUpdate: validateLeaseUpdate,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
};

/** Coordinated leader election (KEP-4355) is not served: its fields are not kept. */
function dropCoordination({ spec }: DefaultedLease): void {
  delete spec.strategy;
  delete spec.preferredHolder;
}
