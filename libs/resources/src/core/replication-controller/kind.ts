import { selectorFromLabels } from '@gantry/apimachinery';
import { defineKind } from '../../define-kind.js';
import { replicationControllerColumns } from './columns.js';
import { defaultReplicationController } from './defaults.js';
import type { DefaultedReplicationController } from './defaults.js';
import { replicationControllerStatusStrategy, replicationControllerStrategy } from './strategy.js';

export const replicationController = defineKind<DefaultedReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  listKind: 'ReplicationControllerList',
  resource: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  orphansByDefault: true,
  defaults: defaultReplicationController,
  strategy: replicationControllerStrategy,
  statusStrategy: replicationControllerStatusStrategy,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    selector: ({ spec }) => selectorFromLabels(spec.selector).toString(),
  },
  columns: replicationControllerColumns,
  selectableFields: { 'status.replicas': ({ status }) => String(status.replicas) },
});
