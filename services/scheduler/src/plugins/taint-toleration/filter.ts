import type { coreV1 } from '@gantry/api-types';
import type { FilterPlugin } from '../../cycle/plugin.js';
import type { PodFacts } from '../../pods/pod-facts.js';
import type { NodeTable } from '../../snapshot/node-table.js';
import { isTolerated } from './tolerates.js';

function untolerated(taints: readonly coreV1.Taint[], pod: PodFacts): coreV1.Taint | undefined {
  return taints.find((taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, pod.tolerations));
}

/** One answer for each class of taints: a cluster has few. */
function acceptedClasses(pod: PodFacts, { taints }: NodeTable): Uint8Array {
  const accepted = new Uint8Array(taints.size);
  for (let id = 0; id < taints.size; id += 1) accepted[id] = untolerated(taints.valueOf(id), pod) === undefined ? 1 : 0;
  return accepted;
}

/** Nodes whose NoSchedule and NoExecute taints the pod tolerates. */
export const taintToleration: FilterPlugin = {
  name: 'TaintToleration',
  prepare(pod, nodes) {
    const accepted = acceptedClasses(pod, nodes);
    if (!accepted.includes(0)) return undefined;
    const { taintClass, taints } = nodes;
    return {
      passes: (node) => accepted[taintClass[node] as number] === 1,
      explain(node) {
        const taint = untolerated(taints.valueOf(taintClass[node] as number), pod);
        return [{ plugin: 'TaintToleration', reason: `node(s) had untolerated taint {${taint?.key ?? ''}: ${taint?.value ?? ''}}`, resolvable: false }];
      },
    };
  },
};
