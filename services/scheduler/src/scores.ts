import type { ScorePlugin } from './cycle/plugin.js';
import { balancedAllocation } from './plugins/balanced-allocation/score.js';
import { imageLocality } from './plugins/image-locality/score.js';
import { nodeAffinityScore } from './plugins/node-affinity/score.js';
import { leastAllocated } from './plugins/node-resources-fit/score.js';
import { taintTolerationScore } from './plugins/taint-toleration/score.js';

/** Points are weighed and added; the order does not matter. */
export const scores: readonly ScorePlugin[] = [taintTolerationScore, nodeAffinityScore, leastAllocated, balancedAllocation, imageLocality];
