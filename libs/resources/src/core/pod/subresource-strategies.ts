import type { coreV1 } from '@gantry/api-types';
import type { TypedStrategy } from '../../define-kind.js';
import { validateEphemeralContainersUpdate } from './ephemeral-update.js';
import { advanceGeneration } from './generation.js';
import { validatePodResize } from './resize-update.js';
import { podStrategy } from './strategy.js';
import type { DefaultedPod } from './types.js';

/** How `/ephemeralcontainers` changes a pod: nothing else of it does. */
export const podEphemeralContainersStrategy: TypedStrategy<DefaultedPod> = {
  ...podStrategy,
  prepareForUpdate: (pod, old) => {
    const { ephemeralContainers } = pod.spec;
    keepAllElse(pod, old);
    pod.spec = ephemeralContainers === undefined ? without(old.spec, 'ephemeralContainers') : { ...old.spec, ephemeralContainers };
    advanceGeneration(pod, old);
  },
  validateUpdate: validateEphemeralContainersUpdate,
  warnings: () => [],
  resetFields: [],
  ownedFields: ['spec.ephemeralContainers'],
};

/** How `/resize` changes a pod: what its containers request, their limits, and what a change of those asks of them. */
export const podResizeStrategy: TypedStrategy<DefaultedPod> = {
  ...podStrategy,
  prepareForUpdate: (pod, old) => {
    // Validation refuses containers that come or go: it must see them.
    if (hasSameLists(pod.spec, old.spec)) {
      const { spec } = pod;
      keepAllElse(pod, old);
      pod.spec = resized(spec, old.spec);
    }
    advanceGeneration(pod, old);
  },
  validateUpdate: validatePodResize,
  warnings: () => [],
  resetFields: [],
  ownedFields: ['containers', 'initContainers'].flatMap((list) => ['resources', 'resizePolicy'].map((field) => `spec.${list}.*.${field}`)),
};

function keepAllElse(pod: DefaultedPod, old: DefaultedPod): void {
  pod.status = old.status;
  for (const field of ['deletionTimestamp', 'generation', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const) keep(pod.metadata, old.metadata, field);
}

function keep<T extends object, K extends keyof T>(target: T, source: T, field: K): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}

function without<T extends object, K extends keyof T>(object: T, field: K): T {
  const copy = { ...object };
  delete copy[field];
  return copy;
}

function hasSameLists(spec: coreV1.PodSpec, old: coreV1.PodSpec): boolean {
  return spec.containers.length === old.containers.length && (spec.initContainers ?? []).length === (old.initContainers ?? []).length;
}

function resized({ containers, initContainers, resources }: coreV1.PodSpec, old: coreV1.PodSpec): coreV1.PodSpec {
  const spec: coreV1.PodSpec = { ...old, containers: withNewResources(containers, old.containers) };
  if (initContainers !== undefined && old.initContainers !== undefined) spec.initContainers = withNewResources(initContainers, old.initContainers);
  if (resources === undefined) return without(spec, 'resources');
  return { ...spec, resources };
}

/** The old containers with the new resources; the new ones where they have other names, which validation refuses. */
function withNewResources(containers: coreV1.Container[], old: readonly coreV1.Container[]): coreV1.Container[] {
  if (containers.some(({ name }, index) => old[index]?.name !== name)) return containers;
  return containers.map((container, index) => {
    const kept: coreV1.Container = { ...old[index]! };
    keep(kept, container, 'resources');
    keep(kept, container, 'resizePolicy');
    return kept;
  });
}
