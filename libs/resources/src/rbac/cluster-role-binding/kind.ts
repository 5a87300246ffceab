import { defineKind } from '../../define-kind.js';
import { defaultBinding } from '../bindings/defaults.js';
import type { DefaultedBinding } from '../bindings/defaults.js';
import { bindingStrategy } from '../bindings/strategy.js';
import { bindingColumns } from '../columns.js';
import { RBAC_GROUP } from '../group.js';

export const clusterRoleBinding = defineKind<DefaultedBinding>({
  group: RBAC_GROUP,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  listKind: 'ClusterRoleBindingList',
  resource: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  shortNames: [],
  categories: [],
  namespaced: false,
  defaults: defaultBinding,
  strategy: bindingStrategy(false),
  columns: bindingColumns,
  selectableFields: {},
});
