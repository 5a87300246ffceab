import { defineKind } from '../../define-kind.js';
import { serviceCIDRColumns } from './columns.js';
import { defaultServiceCIDR } from './defaults.js';
import type { DefaultedServiceCIDR } from './defaults.js';
import { serviceCIDRStatusStrategy, serviceCIDRStrategy } from './strategy.js';

export const serviceCIDR = defineKind<DefaultedServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  listKind: 'ServiceCIDRList',
  resource: 'servicecidrs',
  singular: 'servicecidr',
  shortNames: [],
  categories: [],
  namespaced: false,
  defaults: defaultServiceCIDR,
  strategy: serviceCIDRStrategy,
  statusStrategy: serviceCIDRStatusStrategy,
  columns: serviceCIDRColumns,
  selectableFields: {},
});
