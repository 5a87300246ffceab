import { defineKind } from '../../define-kind.js';
import { namespaceColumns } from './columns.js';
import { defaultNamespace } from './defaults.js';
import type { DefaultedNamespace } from './defaults.js';
import { namespaceStatusStrategy, namespaceStrategy } from './strategy.js';

export const namespace = defineKind<DefaultedNamespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  listKind: 'NamespaceList',
  resource: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  namespaced: false,
  defaults: defaultNamespace,
  strategy: namespaceStrategy,
  statusStrategy: namespaceStatusStrategy,
  columns: namespaceColumns,
  selectableFields: { 'status.phase': ({ status }) => status.phase ?? '' },
  specFinalizers: true,
  withoutDeleteCollection: true,
});
