import type { ScorePlugin } from '../../cycle/plugin.js';
import { normalize } from '../../cycle/plugin.js';
import { isTolerated } from './tolerates.js';

/** Fewer PreferNoSchedule taints that the pod does not tolerate are better. */
export const taintTolerationScore: ScorePlugin = {
  name: 'TaintToleration',
  weight: 3,
  prepare({ tolerations }, { taints, taintClass }) {
    const counts = new Float64Array(taints.size);
    for (let id = 0; id < taints.size; id += 1) {
      counts[id] = taints.valueOf(id).filter((taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)).length;
    }
    if (counts.every((count) => count === 0)) return undefined;
    return (feasible, count, points) => {
      for (let index = 0; index < count; index += 1) points[index] = counts[taintClass[feasible[index] as number] as number] as number;
      normalize(points, count, true);
    };
  },
};
