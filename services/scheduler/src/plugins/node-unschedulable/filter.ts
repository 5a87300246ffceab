import type { FilterPlugin, Refusal } from '../../cycle/plugin.js';
import { simpleFilter } from '../../cycle/plugin.js';
import { tolerates } from '../taint-toleration/tolerates.js';

const REFUSAL: Refusal = { plugin: 'NodeUnschedulable', reason: 'node(s) were unschedulable', resolvable: false };
const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Cordoned nodes take only pods that tolerate the taint of the same meaning. */
export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  prepare({ tolerations }, nodes) {
    if (tolerations.some((toleration) => tolerates(toleration, TAINT))) return undefined;
    const { unschedulable } = nodes;
    return simpleFilter(REFUSAL, (node) => unschedulable[node] === 0);
  },
};
