import type { EngineDescription } from '@gantry/container-runtime';

/** Pods that a node takes, upstream's number. */
const MAX_PODS = 110;

/** What one of `nodes` nodes has that share a machine: its part, so that the sum of all is what there is. Quantities. */
export function capacityOf({ cpus, memoryBytes }: Pick<EngineDescription, 'cpus' | 'memoryBytes'>, nodes: number): { cpu: string; memory: string; pods: string } {
  const milli = Math.floor((cpus * 1000) / nodes);
  const cpu = milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
  return { cpu, memory: `${Math.floor(memoryBytes / 1024 / nodes)}Ki`, pods: String(MAX_PODS) };
}
