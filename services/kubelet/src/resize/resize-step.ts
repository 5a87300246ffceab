import type { ContainerStats } from '@gantry/container-runtime';
import { RuntimeError } from '@gantry/container-runtime';
import { containerResources } from '../pod-worker/container-config.js';
import type { WorkerDependencies } from '../pod-worker/dependencies.js';
import type { StopContainer } from '../pod-worker/actions.js';
import { identityOf, podReference } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { PodWorld } from '../pods/world.js';
import type { PodResize } from './pod-resize.js';
import { resizeEvents } from './resize-events.js';
import { planResize } from './resize-plan.js';
import type { ContainerResize } from './resize-plan.js';

/** Milliseconds until containers that could not be resized are tried again. */
const RETRY = 10_000;

export interface ResizeResult {
  /** Containers that are to be started again with what they were given. */
  readonly stop: readonly StopContainer[];
  /** When to look again (milliseconds since the epoch). */
  readonly wakeAt?: number;
}

const NOTHING: ResizeResult = { stop: [] };

/** Gives the running containers of a pod what was given to it. `pod`: as it was given. */
export async function resizeContainers(deps: WorkerDependencies, pod: Pod, world: PodWorld): Promise<ResizeResult> {
  const resize = deps.allocations.of(identityOf(pod).uid);
  if (resize === undefined || resize.actual.size === 0) return NOTHING;
  const { same, update, restart } = planResize(pod, world, resize);
  for (const id of same) resize.actual.delete(id);
  const stop = restart.map(({ id, container: { name } }): StopContainer => ({ id, name, message: `Container ${name} resize requires restart`, restarts: true, renews: true }));
  if (update.length === 0) return { stop };
  if (resize.retryAt !== undefined && resize.retryAt > deps.clock.now()) return { stop, wakeAt: resize.retryAt };
  const error = await updateAll(deps, pod, resize, update);
  if (error === undefined) return { stop };
  return { stop, wakeAt: failed(deps, pod, resize, error) };
}

/** Why it could not be done; undefined: it was. */
async function updateAll(deps: WorkerDependencies, pod: Pod, resize: PodResize, update: readonly ContainerResize[]): Promise<string | undefined> {
  const decreasing = update.filter(({ lessMemory }) => lessMemory !== undefined);
  const problems = decreasing.length === 0 ? [] : memoryProblems(decreasing, await deps.runtime.stats({ podUid: identityOf(pod).uid }));
  if (problems.length > 0) return `cannot decrease memory limits: ${problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`}`;
  try {
    for (const { id, container } of update) {
      await deps.runtime.updateContainer(id, containerResources(pod, container, deps.memoryCapacity));
      resize.actual.delete(id);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.code === 'unavailable' || error.code === 'not-found') throw error;
    return error.message;
  }
}

/** The kernel would end what uses more than it may. Where nothing is measured there is nothing to end. */
function memoryProblems(decreasing: readonly ContainerResize[], stats: readonly ContainerStats[]): string[] {
  return decreasing.flatMap(({ id, container: { name }, lessMemory = 0 }) => {
    const usage = stats.find(({ containerId }) => containerId === id)?.memoryWorkingSetBytes ?? 0;
    return usage < lessMemory ? [] : [`attempting to set container ${JSON.stringify(name)} memory limit (${lessMemory}) below current usage (${usage})`];
  });
}

/** Told once; tried again after a while. */
function failed(deps: WorkerDependencies, pod: Pod, resize: PodResize, error: string): number {
  if (resize.error === undefined) deps.event(podReference(pod), resizeEvents.failed(pod, error));
  resize.error = error;
  return (resize.retryAt = deps.clock.now() + RETRY);
}
