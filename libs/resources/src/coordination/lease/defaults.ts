import type { coordinationV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** A lease as defaults leave it. */
export type DefaultedLease = WithMetadata<coordinationV1.Lease> & { spec: coordinationV1.LeaseSpec };

/** A lease has no defaults. */
export function defaultLease(lease: DefaultedLease): void {
  lease.metadata ??= {};
  lease.spec ??= {};
}
