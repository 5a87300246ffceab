import { defineKind } from '../../define-kind.js';
import { endpointSliceColumns } from './columns.js';
import { defaultEndpointSlice } from './defaults.js';
import type { DefaultedEndpointSlice } from './defaults.js';
import { endpointSliceStrategy } from './strategy.js';

export const endpointSlice = defineKind<DefaultedEndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  listKind: 'EndpointSliceList',
  resource: 'endpointslices',
  singular: 'endpointslice',
  shortNames: [],
  categories: [],
  namespaced: true,
  defaults: defaultEndpointSlice,
  strategy: endpointSliceStrategy,
  columns: endpointSliceColumns,
  selectableFields: {},
});
