import type { ScorePlugin } from '../../cycle/plugin.js';
import { normalize } from '../../cycle/plugin.js';
import { compileTerm } from '../../pods/node-selection.js';

/** The sum of the weights of the preferred terms that select the node. */
export const nodeAffinityScore: ScorePlugin = {
  name: 'NodeAffinity',
  weight: 2,
  prepare({ pod }, { rows, names }) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const terms = preferred.filter(({ weight }) => weight > 0).map(({ weight, preference }) => ({ weight, selects: compileTerm(preference ?? {}) }));
    if (terms.length === 0) return undefined;
    const sum = (node: number) => terms.reduce((total, { weight, selects }) => total + (selects(rows[node]?.node.metadata?.labels, names[node] ?? '') ? weight : 0), 0);
    return (feasible, count, points) => {
      for (let index = 0; index < count; index += 1) points[index] = sum(feasible[index] as number);
      normalize(points, count, false);
    };
  },
};
