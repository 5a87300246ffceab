import type { ContainerRuntime, ContainerStats, ContainerStatus } from '@gantry/container-runtime';
import { identityOf } from '../pods/pod.js';
import type { Pod, PodIdentity } from '../pods/pod.js';

/** What one running container has used. */
export interface ContainerUsage {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly pod: PodIdentity;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly at: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** A sum of the use of containers of which some have gone meanwhile: it never goes back. */
export interface Total {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

export interface NodeUsage extends Total {
  readonly containers: readonly ContainerUsage[];
  /** By uid. */
  readonly pods: ReadonlyMap<string, Total & { readonly pod: PodIdentity }>;
}

interface UsageSources {
  readonly runtime: Pick<ContainerRuntime, 'stats' | 'listContainers'>;
  readonly pods: () => readonly Pod[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A look serves all who ask within this time: the engine makes who asks again within a second wait for the rest of it. */
const FRESH_MS = 1_000;

/**
 * What the pods of a node use, read when somebody asks. Processor time of containers that ended between two looks is kept in the sums; what
 * they used after the last look at them is not known.
 */
export class UsageReader {
  #last = new Map<string, number>();
  #nodeCpu = 0;
  #podCpu = new Map<string, number>();
  #look: { readonly since: number; readonly usage: Promise<NodeUsage> } | undefined;

  constructor(private readonly sources: UsageSources) {}

  read(): Promise<NodeUsage> {
    const now = this.sources.now();
    if (this.#look === undefined || now - this.#look.since >= FRESH_MS) this.#look = { since: now, usage: this.#looked() };
    return this.#look.usage;
  }

  async #looked(): Promise<NodeUsage> {
    const [stats, statuses] = await Promise.all([this.sources.runtime.stats(), this.sources.runtime.listContainers()]);
    const pods = new Map(this.sources.pods().map((pod) => [identityOf(pod).uid, identityOf(pod)]));
    const byId = new Map(statuses.map((status) => [status.id, status]));
    const containers = stats.flatMap((one) => usageOf(one, byId.get(one.containerId), pods.get(one.podUid)));
    this.#add(containers);
    this.#forget(pods, containers);
    const summed = [...pods.values()].map((pod) => [pod.uid, { pod, cpuSeconds: this.#podCpu.get(pod.uid) ?? 0, memoryBytes: memoryOf(containers.filter((one) => one.pod.uid === pod.uid)) }] as const);
    return { containers, pods: new Map(summed), cpuSeconds: this.#nodeCpu, memoryBytes: memoryOf(containers) };
  }

  #add(containers: readonly ContainerUsage[]): void {
    for (const { id, pod: { uid }, cpuSeconds } of containers) {
      const more = Math.max(0, cpuSeconds - (this.#last.get(id) ?? 0));
      this.#nodeCpu += more;
      this.#podCpu.set(uid, (this.#podCpu.get(uid) ?? 0) + more);
      this.#last.set(id, cpuSeconds);
    }
  }

  #forget(pods: ReadonlyMap<string, PodIdentity>, containers: readonly ContainerUsage[]): void {
    const present = new Set(containers.map(({ id }) => id));
    for (const id of this.#last.keys()) if (!present.has(id)) this.#last.delete(id);
    for (const uid of this.#podCpu.keys()) if (!pods.has(uid)) this.#podCpu.delete(uid);
  }
}

function usageOf(stats: ContainerStats, status: ContainerStatus | undefined, pod: PodIdentity | undefined): ContainerUsage[] {
  if (status === undefined || pod === undefined) return [];
  const { containerId: id, name, at, cpuNanoseconds, memoryWorkingSetBytes } = stats;
  return [{ id, name, image: status.image, pod, startedAt: status.startedAt, at, cpuSeconds: cpuNanoseconds / 1e9, memoryBytes: memoryWorkingSetBytes }];
}

function memoryOf(containers: readonly ContainerUsage[]): number {
  return containers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}
