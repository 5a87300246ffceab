import { newUid } from '@gantry/apimachinery';
import { defineKind } from '../../define-kind.js';
import { column, nameColumn } from '../../printing/columns.js';
import type { DefaultedLimitRange } from './defaults.js';
import { defaultLimitRange } from './defaults.js';
import { validateLimitRange, validateLimitRangeUpdate } from './validation.js';

export const limitRange = defineKind<DefaultedLimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  listKind: 'LimitRangeList',
  resource: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  categories: [],
  namespaced: true,
  defaults: defaultLimitRange,
  strategy: {
    // One that is given no name is named all the same.
    prepareForCreate: ({ metadata }) => void (metadata.name ||= newUid()),
    validate: validateLimitRange,
    prepareForUpdate: () => undefined,
    validateUpdate: validateLimitRangeUpdate,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  columns: [nameColumn(), column('Created At', 'When the object was created.', ({ metadata }) => metadata.creationTimestamp ?? '')],
  selectableFields: {},
});
