import { selectorFromObject } from '@gantry/apimachinery';
import { defineKind } from '../../define-kind.js';
import { deploymentColumns } from './columns.js';
import { defaultDeployment } from './defaults.js';
import type { DefaultedDeployment } from './defaults.js';
import { deploymentStatusStrategy, deploymentStrategy } from './strategy.js';

export const deployment = defineKind<DefaultedDeployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  listKind: 'DeploymentList',
  resource: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  defaults: defaultDeployment,
  strategy: deploymentStrategy,
  statusStrategy: deploymentStatusStrategy,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    selector: ({ spec }) => selectorFromObject(spec.selector).toString(),
  },
  columns: deploymentColumns,
  selectableFields: {},
});
