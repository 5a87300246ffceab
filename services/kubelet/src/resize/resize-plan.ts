import type { ContainerStatus } from '@gantry/container-runtime';
import { containersOf, initContainersOf, isSidecar } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { isAlive } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import type { PodResize } from './pod-resize.js';
import { changedResources, memoryLimit } from './requirements.js';
import type { Requirements, Resource } from './requirements.js';

export interface ContainerResize {
  readonly id: string;
  readonly container: Container;
  /** Bytes of memory that it may use from now on, where that is less than before. */
  readonly lessMemory?: number;
}

export interface ResizePlan {
  /** They have what was given to them, in other words. */
  readonly same: readonly string[];
  readonly update: readonly ContainerResize[];
  /** Their policies want them to be started again for it. */
  readonly restart: readonly ContainerResize[];
}

/** What is to be done for the running containers of a pod to have what was given to it. `pod`: as it was given. Pure. */
export function planResize(pod: Pod, world: PodWorld, resize: PodResize): ResizePlan {
  const plan = { same: [] as string[], update: [] as ContainerResize[], restart: [] as ContainerResize[] };
  const containers = new Map([...initContainersOf(pod), ...containersOf(pod)].map((container) => [container.name, container]));
  for (const status of world.containers) {
    const container = containers.get(status.name);
    if (container !== undefined && isAlive(status) && resize.actual.has(status.id)) place(plan, containersOf(pod), container, status, resize.actual.get(status.id));
  }
  return plan;
}

function place(plan: { same: string[]; update: ContainerResize[]; restart: ContainerResize[] }, regular: readonly Container[], container: Container, { id }: ContainerStatus, actual: Requirements | undefined): void {
  const wanted = container.resources ?? {};
  const changed = actual === undefined ? [] : changedResources(actual, wanted);
  if (actual !== undefined && changed.length === 0) plan.same.push(id);
  else if (wantsRestart(container, changed) && (isSidecar(container) || regular.includes(container))) plan.restart.push({ id, container });
  else plan.update.push({ id, container, ...lessMemory(actual, wanted) });
}

function wantsRestart({ resizePolicy = [] }: Container, changed: readonly Resource[]): boolean {
  return resizePolicy.some(({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && (changed as readonly string[]).includes(resourceName));
}

function lessMemory(actual: Requirements | undefined, wanted: Requirements): { lessMemory?: number } {
  const limit = memoryLimit(wanted);
  const before = actual === undefined ? 0 : memoryLimit(actual);
  return limit > 0 && (before === 0 || limit < before) ? { lessMemory: limit } : {};
}
