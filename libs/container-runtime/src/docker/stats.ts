import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerStats } from '../runtime.js';
import { label } from './labels.js';
import { milliseconds } from './status.js';

/** The part of the engine's answer that is read here. */
export interface EngineStats {
  readonly read?: string;
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}

/** The working set is what the kernel cannot drop at once: usage without the inactive file cache (its name differs by cgroup version). */
export function containerStats(info: ContainerInspectInfo, sample: EngineStats): ContainerStats {
  const memory = sample.memory_stats;
  const inactive = memory?.stats?.['total_inactive_file'] ?? memory?.stats?.['inactive_file'] ?? 0;
  return {
    containerId: info.Id,
    name: info.Config.Labels[label.container] ?? '',
    podUid: info.Config.Labels[label.podUid] ?? '',
    at: milliseconds(sample.read),
    cpuNanoseconds: sample.cpu_stats?.cpu_usage?.total_usage ?? 0,
    memoryWorkingSetBytes: Math.max(0, (memory?.usage ?? 0) - inactive),
  };
}
