import type { FilterPlugin, Refusal } from '../../cycle/plugin.js';
import { simpleFilter } from '../../cycle/plugin.js';

const REFUSAL: Refusal = { plugin: 'NodeAffinity', reason: "node(s) didn't match Pod's node affinity/selector", resolvable: false };

/** Nodes that `nodeSelector` and the required node affinity select. */
export const nodeAffinity: FilterPlugin = {
  name: 'NodeAffinity',
  prepare({ required }, { rows, names }) {
    if (required === undefined) return undefined;
    return simpleFilter(REFUSAL, (node) => required(rows[node]?.node.metadata?.labels, names[node] ?? ''));
  },
};
