import type { ContainerResources } from '../../runtime.js';
import type { SpecResources } from './runtime-spec.js';

const DEFAULT_PERIOD = 100_000;
const UNLIMITED = -1;

/** What a control group can limit here. */
export interface Accounting {
  readonly swap: boolean;
}

/** Limits of a container that is to be made; what is not limited is left out. */
export function containerLimits({ cpuQuota = 0, cpuPeriod, cpuShares, memoryLimit = 0 }: ContainerResources, { swap }: Accounting): SpecResources {
  const cpu = {
    ...(cpuShares === undefined ? {} : { shares: cpuShares }),
    ...(cpuQuota <= 0 ? {} : { quota: cpuQuota, period: cpuPeriod ?? DEFAULT_PERIOD }),
  };
  return {
    ...(Object.keys(cpu).length === 0 ? {} : { cpu }),
    // Swap equal to memory means none: a pod's limit is a limit.
    ...(memoryLimit <= 0 ? {} : { memory: { limit: memoryLimit, ...(swap ? { swap: memoryLimit } : {}) } }),
  };
}

/** The same for one that runs: a limit that is gone must be said to be gone. */
export function changedLimits(resources: ContainerResources, accounting: Accounting): SpecResources {
  const { cpu, memory } = containerLimits(resources, accounting);
  return {
    cpu: { quota: UNLIMITED, period: DEFAULT_PERIOD, ...cpu },
    memory: memory ?? { limit: UNLIMITED, ...(accounting.swap ? { swap: UNLIMITED } : {}) },
  };
}

/** Going below the own score needs SYS_RESOURCE; without it the start would fail. */
export function oomScore(wanted: number | undefined, own: number, mayLower: boolean): number | undefined {
  return wanted === undefined || mayLower ? wanted : Math.max(own, wanted);
}
