import type { coreV1 } from '@gantry/api-types';
import { containersOf, initContainersOf, statusesOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { isAlive } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import type { Refusal } from './refusal.js';
import { isSameAllocation, requirementsOf } from './requirements.js';
import type { Allocation, Requirements } from './requirements.js';

/** Types of the conditions that tell of a resize. */
export const RESIZE_CONDITIONS = ['PodResizePending', 'PodResizeInProgress'] as const;

/** A resize on its way. Pods without one have none: what they ask for is what they were given and what their containers have. */
export interface PodResize {
  /** What the pod was given. */
  allocated: Allocation;
  /** By id, what containers have that have something else; undefined: that is not known. */
  readonly actual: Map<string, Requirements | undefined>;
  pending?: Refusal;
  /** It was given, and not all containers have it yet. */
  inProgress: boolean;
  /** The API does not know that yet. */
  isUntold?: true;
  /** Why containers could not be given it. */
  error?: string;
  /** When that is tried again (milliseconds since the epoch). */
  retryAt?: number;
  /** Set aside for it before its turn to be looked at. */
  granted?: Allocation;
  /** Of the pod whose refusal was told last. */
  toldGeneration?: number | undefined;
}

/** The resize that begins with this update of a pod, if one does. */
export function resizeOfUpdate(before: Pod, pod: Pod): PodResize | undefined {
  if (before.metadata?.generation === pod.metadata?.generation) return undefined;
  const allocated = requirementsOf(before);
  return isSameAllocation(requirementsOf(pod), allocated) ? undefined : { allocated, actual: new Map(), inProgress: false };
}

/**
 * The resize that an earlier kubelet left half done, if it did. What the API was told last is what the pod was given. What a kubelet did not
 * live to tell of is not known, and done again.
 */
export function resizeLeftBehind(pod: Pod, world: PodWorld): PodResize | undefined {
  const statuses = statusesOf(pod);
  if (statuses.length === 0 && world.containers.length === 0) return undefined;
  const allocated = toldAllocation(pod, statuses);
  const inProgress = pod.status?.conditions?.some(({ type }) => type === 'PodResizeInProgress') === true;
  const told = new Set(statuses.map(({ containerID = '' }) => containerID.slice(containerID.indexOf('://') + 3)));
  const unknown = world.containers.filter((container) => isAlive(container) && allocated.has(container.name) && (inProgress || !told.has(container.id)));
  if (unknown.length === 0 && isSameAllocation(requirementsOf(pod), allocated)) return undefined;
  return { allocated, actual: new Map(unknown.map(({ id }) => [id, undefined])), inProgress };
}

function toldAllocation(pod: Pod, statuses: readonly coreV1.ContainerStatus[]): Allocation {
  return new Map([...initContainersOf(pod), ...containersOf(pod)].map(({ name, resources = {} }) => {
    const status = statuses.find((each) => each.name === name);
    return [name, status?.containerID && status.resources !== undefined ? status.resources : resources];
  }));
}

/** What the API is told of a container: what it was given, and what it has. */
export function resourcesOf(resize: PodResize | undefined, container: { readonly name: string; readonly resources?: Requirements }, id: string): { allocated: Requirements; actual: Requirements } {
  const allocated = resize?.allocated.get(container.name) ?? container.resources ?? {};
  return { allocated, actual: resize?.actual.get(id) ?? allocated };
}

/** The conditions that tell of a resize, without their times. */
export function resizeVerdicts(resize: PodResize | undefined): Pick<coreV1.PodCondition, 'type' | 'status' | 'reason' | 'message'>[] {
  if (resize === undefined) return [];
  const { pending, inProgress, error } = resize;
  return [
    ...(pending === undefined ? [] : [{ type: 'PodResizePending', status: 'True', ...pending }]),
    ...(inProgress ? [{ type: 'PodResizeInProgress', status: 'True', ...(error === undefined ? {} : { reason: 'Error', message: error }) }] : []),
  ];
}
