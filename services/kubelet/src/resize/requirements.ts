import type { coreV1 } from '@gantry/api-types';
import { parseQuantity } from '@gantry/apimachinery';
import { containersOf, initContainersOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';

export type Requirements = coreV1.ResourceRequirements;
/** What each container of a pod asks for or was given, by its name. */
export type Allocation = ReadonlyMap<string, Requirements>;

/** What a resize changes. */
export type Resource = 'cpu' | 'memory';
const RESOURCES: readonly Resource[] = ['cpu', 'memory'];
const LISTS = ['requests', 'limits'] as const;
/** Thousandths of a core below which all amounts are the same to the kernel. */
const LEAST_CPU = { requests: 2, limits: 10 } as const;

/** Of every container that can be resized. */
export function requirementsOf(pod: Pod): Allocation {
  return new Map([...initContainersOf(pod), ...containersOf(pod)].map(({ name, resources = {} }) => [name, resources]));
}

export function isSameAllocation(a: Allocation, b: Allocation): boolean {
  return [...a].every(([name, requirements]) => isSame(requirements, b.get(name) ?? {}));
}

function isSame(a: Requirements, b: Requirements): boolean {
  return a === b || RESOURCES.every((resource) => LISTS.every((list) => isSameQuantity(a[list]?.[resource], b[list]?.[resource])));
}

function isSameQuantity(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && parseQuantity(a).equals(parseQuantity(b)));
}

/** Which resources of a container that has `actual` have to be changed for it to have `wanted`. */
export function changedResources(actual: Requirements, wanted: Requirements): Resource[] {
  return RESOURCES.filter((resource) => LISTS.some((list) => effective(list, resource, actual) !== effective(list, resource, wanted)));
}

function effective(list: (typeof LISTS)[number], resource: Resource, requirements: Requirements): number {
  const text = requirements[list]?.[resource];
  if (resource === 'memory') return bytes(text);
  const milli = text === undefined ? 0 : parseQuantity(text).toMilli();
  return list === 'limits' && milli === 0 ? 0 : Math.max(LEAST_CPU[list], milli);
}

/** 0: none. */
export function memoryLimit({ limits }: Requirements): number {
  return bytes(limits?.['memory']);
}

function bytes(text: string | undefined): number {
  return text === undefined ? 0 : parseQuantity(text).toNumber();
}

/** The pod as if it asked for what it was given; itself where it does. */
export function withAllocation(pod: Pod, allocation: Allocation): Pod {
  const given = (container: Container): Container => {
    const resources = allocation.get(container.name);
    return resources === undefined || resources === container.resources ? container : { ...container, resources };
  };
  const { spec } = pod;
  if (spec === undefined) return pod;
  return { ...pod, spec: { ...spec, containers: spec.containers.map(given), ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(given) }) } };
}
