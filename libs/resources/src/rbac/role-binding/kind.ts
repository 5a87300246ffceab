import { defineKind } from '../../define-kind.js';
import { defaultBinding } from '../bindings/defaults.js';
import type { DefaultedBinding } from '../bindings/defaults.js';
import { bindingStrategy } from '../bindings/strategy.js';
import { bindingColumns } from '../columns.js';
import { RBAC_GROUP } from '../group.js';

export const roleBinding = defineKind<DefaultedBinding>({
  group: RBAC_GROUP,
  version: 'v1',
  kind: 'RoleBinding',
  listKind: 'RoleBindingList',
  resource: 'rolebindings',
  singular: 'rolebinding',
  shortNames: [],
  categories: [],
  namespaced: true,
  defaults: defaultBinding,
  strategy: bindingStrategy(true),
  columns: bindingColumns,
  selectableFields: {},
});
