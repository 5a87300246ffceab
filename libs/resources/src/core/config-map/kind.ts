import { defineKind } from '../../define-kind.js';
import { configMapColumns } from './columns.js';
import { defaultConfigMap } from './defaults.js';
import type { DefaultedConfigMap } from './defaults.js';
import { configMapStrategy } from './strategy.js';

export const configMap = defineKind<DefaultedConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  listKind: 'ConfigMapList',
  resource: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  namespaced: true,
  defaults: defaultConfigMap,
  strategy: configMapStrategy,
  columns: configMapColumns,
  selectableFields: {},
});
