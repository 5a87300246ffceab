import { defineKind } from '../../define-kind.js';
import { serviceColumns } from './columns.js';
import { defaultService } from './defaults.js';
import { serviceStatusStrategy, serviceStrategy } from './strategy.js';
import type { DefaultedService } from './types.js';

export const service = defineKind<DefaultedService>({
  group: '',
  version: 'v1',
  kind: 'Service',
  listKind: 'ServiceList',
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  defaults: defaultService,
  returnsDeletedObject: true,
  strategy: serviceStrategy,
  statusStrategy: serviceStatusStrategy,
  columns: serviceColumns,
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? '',
  },
});
