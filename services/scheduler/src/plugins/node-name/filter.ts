import type { FilterPlugin, Refusal } from '../../cycle/plugin.js';
import { simpleFilter } from '../../cycle/plugin.js';

const REFUSAL: Refusal = { plugin: 'NodeName', reason: "node(s) didn't match the requested node name", resolvable: false };

/** A pod that names its node goes there or nowhere. */
export const nodeName: FilterPlugin = {
  name: 'NodeName',
  prepare({ pod }, nodes) {
    const wanted = pod.spec?.nodeName;
    return wanted === undefined || wanted === '' ? undefined : simpleFilter(REFUSAL, (node) => nodes.names[node] === wanted);
  },
};
