import type { FilterPlugin } from './cycle/plugin.js';
import { nodeAffinity } from './plugins/node-affinity/filter.js';
import { nodeName } from './plugins/node-name/filter.js';
import { nodePorts } from './plugins/node-ports/filter.js';
import { nodeResourcesFit } from './plugins/node-resources-fit/filter.js';
import { nodeUnschedulable } from './plugins/node-unschedulable/filter.js';
import { taintToleration } from './plugins/taint-toleration/filter.js';

/** In the order in which a node is asked; the first refusal is the one that users read. */
export const filters: readonly FilterPlugin[] = [nodeUnschedulable, nodeName, taintToleration, nodeAffinity, nodePorts, nodeResourcesFit];
