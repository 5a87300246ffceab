import { defineKind } from '../../define-kind.js';
import { serviceAccountColumns } from './columns.js';
import { defaultServiceAccount } from './defaults.js';
import type { DefaultedServiceAccount } from './defaults.js';
import { serviceAccountStrategy } from './strategy.js';

export const serviceAccount = defineKind<DefaultedServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  listKind: 'ServiceAccountList',
  resource: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  categories: [],
  namespaced: true,
  defaults: defaultServiceAccount,
  returnsDeletedObject: true,
  strategy: serviceAccountStrategy,
  columns: serviceAccountColumns,
  selectableFields: {},
});
