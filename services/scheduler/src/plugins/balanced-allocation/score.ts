import type { ScorePlugin } from '../../cycle/plugin.js';
import { MOST_POINTS } from '../../cycle/plugin.js';

function takenPart(whole: number, taken: number): number {
  return whole === 0 ? 1 : Math.min(1, taken / whole);
}

/** The closer the used parts of processor and memory are, the better: what is left is of use. Half their distance is their deviation. */
export const balancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepare(pod, { allocatableCpu, allocatableMemory, cpu, memory }) {
    if (pod.cpu === 0 && pod.memory === 0) return undefined;
    return (feasible, count, points) => {
      for (let index = 0; index < count; index += 1) {
        const node = feasible[index] as number;
        const cpuPart = takenPart(allocatableCpu[node] as number, (cpu[node] as number) + pod.cpu);
        const memoryPart = takenPart(allocatableMemory[node] as number, (memory[node] as number) + pod.memory);
        points[index] = Math.floor((1 - Math.abs(cpuPart - memoryPart) / 2) * MOST_POINTS);
      }
    };
  },
};
