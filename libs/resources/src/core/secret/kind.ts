import { defineKind } from '../../define-kind.js';
import { secretColumns } from './columns.js';
import { defaultSecret } from './defaults.js';
import type { DefaultedSecret } from './defaults.js';
import { secretStrategy } from './strategy.js';

export const secret = defineKind<DefaultedSecret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  listKind: 'SecretList',
  resource: 'secrets',
  singular: 'secret',
  shortNames: [],
  categories: [],
  namespaced: true,
  defaults: defaultSecret,
  strategy: secretStrategy,
  columns: secretColumns,
  selectableFields: { type: ({ type }) => type ?? '' },
  encrypted: true,
});
