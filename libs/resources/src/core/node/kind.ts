import { defineKind } from '../../define-kind.js';
import { nodeColumns } from './columns.js';
import { defaultNode } from './defaults.js';
import type { DefaultedNode } from './defaults.js';
import { nodeStatusStrategy, nodeStrategy } from './strategy.js';

export const node = defineKind<DefaultedNode>({
  group: '',
  version: 'v1',
  kind: 'Node',
  listKind: 'NodeList',
  resource: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  namespaced: false,
  defaults: defaultNode,
  strategy: nodeStrategy,
  statusStrategy: nodeStatusStrategy,
  columns: nodeColumns,
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec.unschedulable ?? false) },
});
