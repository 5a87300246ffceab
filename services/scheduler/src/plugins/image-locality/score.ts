import type { ScorePlugin } from '../../cycle/plugin.js';
import { MOST_POINTS } from '../../cycle/plugin.js';

/** Bytes below which images do not count, and, for each container, beyond which more of them do not. */
const LEAST = 23 * 1024 * 1024;
const MOST = 1000 * 1024 * 1024;

/** Nodes that have the pod's images; an image that many nodes have counts more, so that no one node draws all pods. */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  weight: 1,
  prepare({ images }, nodes) {
    const present = images.flatMap((image) => nodes.images.get(image) ?? []);
    if (present.length === 0) return undefined;
    const most = MOST * images.length;
    return (feasible, count, points) => {
      for (let index = 0; index < count; index += 1) {
        const name = nodes.names[feasible[index] as number] as string;
        let bytes = 0;
        for (const sizes of present) bytes += ((sizes.get(name) ?? 0) * sizes.size) / nodes.count;
        const counted = Math.min(most, Math.max(LEAST, bytes));
        points[index] = Math.floor((MOST_POINTS * (counted - LEAST)) / (most - LEAST));
      }
    };
  },
};
