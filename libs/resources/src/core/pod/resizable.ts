import type { coreV1 } from '@gantry/api-types';

type Requirements = coreV1.ResourceRequirements | undefined;
type List = Record<string, string> | undefined;

const changeable = ['cpu', 'memory'];

/** The new spec with the old cpu and memory of every container and of the pod; both have the same containers. */
export function withOldResources(spec: coreV1.PodSpec, old: coreV1.PodSpec): coreV1.PodSpec {
  const kept = (containers: readonly coreV1.Container[] | undefined, before: readonly coreV1.Container[] | undefined): coreV1.Container[] | undefined =>
    containers?.map((container, index) => ({ ...container, resources: requirementsOf(container.resources, before?.[index]?.resources) }));
  return {
    ...spec,
    resources: withOldPodResources(spec.resources, old.resources),
    containers: kept(spec.containers, old.containers) ?? [],
    initContainers: kept(spec.initContainers, old.initContainers),
  };
}

/** As of containers, but those that are left without any are none where there were none. */
export function withOldPodResources(resources: Requirements, old: Requirements): Requirements {
  if (resources === undefined) return undefined;
  const { claims } = resources;
  const { requests, limits } = requirementsOf(resources, old);
  if (old === undefined && size(requests) + size(limits) + (claims?.length ?? 0) === 0) return undefined;
  return { ...resources, requests, limits };
}

/** Without claims: those of a container are nothing that can be resized. */
function requirementsOf(resources: Requirements, old: Requirements): coreV1.ResourceRequirements {
  return { limits: listOf(resources?.limits, old?.limits), requests: listOf(resources?.requests, old?.requests) };
}

function listOf(list: List, old: List): List {
  const others = Object.entries(list ?? {}).filter(([name]) => !changeable.includes(name));
  const kept = Object.entries(old ?? {}).filter(([name]) => changeable.includes(name));
  return Object.fromEntries([...others, ...kept]);
}

function size(list: List): number {
  return Object.keys(list ?? {}).length;
}
