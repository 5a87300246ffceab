import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import type { DefaultedServiceCIDR } from './defaults.js';

/** The columns of `kubectl get servicecidrs`. */
export const serviceCIDRColumns: readonly TypedColumn<DefaultedServiceCIDR>[] = [
  nameColumn(),
  column('CIDRs', 'The ranges that Services have their addresses from.', ({ spec }) => (spec.cidrs ?? []).join(',')),
  ageColumn(),
];
