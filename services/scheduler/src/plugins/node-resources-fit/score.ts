import type { ScorePlugin } from '../../cycle/plugin.js';
import { MOST_POINTS } from '../../cycle/plugin.js';

function freePart(whole: number, taken: number): number {
  return whole === 0 || taken > whole ? 0 : Math.floor(((whole - taken) * MOST_POINTS) / whole);
}

/** LeastAllocated: the more of processor and memory stays free, the better. */
export const leastAllocated: ScorePlugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  prepare(pod, { allocatableCpu, allocatableMemory, nonZeroCpu, nonZeroMemory }) {
    return (feasible, count, points) => {
      for (let index = 0; index < count; index += 1) {
        const node = feasible[index] as number;
        const cpu = freePart(allocatableCpu[node] as number, (nonZeroCpu[node] as number) + pod.nonZeroCpu);
        const memory = freePart(allocatableMemory[node] as number, (nonZeroMemory[node] as number) + pod.nonZeroMemory);
        points[index] = Math.floor((cpu + memory) / 2);
      }
    };
  },
};
