import { defineKind } from '../../define-kind.js';
import { endpointsColumns } from './columns.js';
import { defaultEndpoints } from './defaults.js';
import type { DefaultedEndpoints } from './defaults.js';
import { endpointsStrategy } from './strategy.js';

export const endpoints = defineKind<DefaultedEndpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  listKind: 'EndpointsList',
  resource: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  categories: [],
  namespaced: true,
  deprecated: { since: '1.33', use: { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice' } },
  defaults: defaultEndpoints,
  strategy: endpointsStrategy,
  columns: endpointsColumns,
  selectableFields: {},
});
