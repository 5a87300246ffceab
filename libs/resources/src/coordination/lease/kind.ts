import { defineKind } from '../../define-kind.js';
import { leaseColumns } from './columns.js';
import { defaultLease } from './defaults.js';
import type { DefaultedLease } from './defaults.js';
import { leaseStrategy } from './strategy.js';

export const lease = defineKind<DefaultedLease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  listKind: 'LeaseList',
  resource: 'leases',
  singular: 'lease',
  shortNames: [],
  categories: [],
  namespaced: true,
  defaults: defaultLease,
  strategy: leaseStrategy,
  columns: leaseColumns,
  selectableFields: {},
});
