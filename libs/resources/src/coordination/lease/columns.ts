import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import type { DefaultedLease } from './defaults.js';

/** The columns of `kubectl get leases`. */
export const leaseColumns: readonly TypedColumn<DefaultedLease>[] = [
  nameColumn(),
  column('Holder', 'Who holds the lease.', ({ spec }) => spec.holderIdentity ?? ''),
  ageColumn(),
];
