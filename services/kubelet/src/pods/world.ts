import type { ContainerRuntime, ContainerStatus, SandboxStatus } from '@gantry/container-runtime';

/** What the runtime has of one pod. */
export interface PodWorld {
  /** Newest attempt first. */
  readonly sandboxes: readonly SandboxStatus[];
  /** Newest attempt first. */
  readonly containers: readonly ContainerStatus[];
}

export async function readWorld(runtime: ContainerRuntime, podUid: string): Promise<PodWorld> {
  const [sandboxes, containers] = await Promise.all([runtime.listSandboxes({ podUid }), runtime.listContainers({ podUid })]);
  return sortedWorld(sandboxes, containers);
}

export function sortedWorld(sandboxes: readonly SandboxStatus[], containers: readonly ContainerStatus[]): PodWorld {
  return {
    sandboxes: [...sandboxes].sort((a, b) => b.metadata.attempt - a.metadata.attempt || b.createdAt - a.createdAt),
    containers: [...containers].sort((a, b) => b.attempt - a.attempt || b.createdAt - a.createdAt),
  };
}

/** The sandbox that the pod's containers run in now: the newest, if it is ready. */
export function currentSandbox(world: PodWorld): SandboxStatus | undefined {
  const [newest] = world.sandboxes;
  return newest?.state === 'ready' ? newest : undefined;
}

/** All starts of a container, newest first. */
export function startsOf(world: PodWorld, name: string): readonly ContainerStatus[] {
  return world.containers.filter((container) => container.name === name);
}

export function latestOf(world: PodWorld, name: string): ContainerStatus | undefined {
  return world.containers.find((container) => container.name === name);
}

/** Its newest start within one sandbox. */
export function latestIn(world: PodWorld, name: string, sandboxId: string): ContainerStatus | undefined {
  return world.containers.find((container) => container.name === name && container.sandboxId === sandboxId);
}

export function isAlive(container: ContainerStatus): boolean {
  return container.state === 'running' || container.state === 'unknown';
}

export function anyAlive(world: PodWorld): boolean {
  return world.containers.some(isAlive);
}

export function isEmpty(world: PodWorld): boolean {
  return world.sandboxes.length === 0 && world.containers.length === 0;
}
