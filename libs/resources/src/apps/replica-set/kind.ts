import { selectorFromObject } from '@gantry/apimachinery';
import { defineKind } from '../../define-kind.js';
import { replicaSetColumns } from './columns.js';
import { defaultReplicaSet } from './defaults.js';
import type { DefaultedReplicaSet } from './defaults.js';
import { replicaSetStatusStrategy, replicaSetStrategy } from './strategy.js';

export const replicaSet = defineKind<DefaultedReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  listKind: 'ReplicaSetList',
  resource: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  defaults: defaultReplicaSet,
  strategy: replicaSetStrategy,
  statusStrategy: replicaSetStatusStrategy,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    selector: ({ spec }) => selectorFromObject(spec.selector).toString(),
  },
  columns: replicaSetColumns,
  selectableFields: {},
});
