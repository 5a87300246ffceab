import { newBadRequest } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';

/** What requests for a pod's containers look at. */
export interface PodShape extends ResourceObject {
  spec: { nodeName?: string; containers?: NamedContainer[]; initContainers?: NamedContainer[]; ephemeralContainers?: NamedContainer[] };
  status?: { podIP?: string; podIPs?: { ip: string }[] };
}

interface NamedContainer {
  readonly name: string;
  readonly ports?: readonly { readonly containerPort: number }[];
}

/** The container that is meant, in upstream's words where it cannot be said. */
export function containerOf({ metadata: { name = '' }, spec }: PodShape, wanted: string): string {
  const containers = spec.containers ?? [];
  const all = [...(spec.initContainers ?? []), ...containers, ...(spec.ephemeralContainers ?? [])].map((container) => container.name);
  if (wanted !== '') {
    if (!all.includes(wanted)) throw newBadRequest(`container ${wanted} is not valid for pod ${name}`);
    return wanted;
  }
  if (containers.length === 1) return containers[0]!.name;
  throw newBadRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
}

/** The node of a pod. Throws where it has none yet. */
export function nodeOf({ metadata: { name = '' }, spec: { nodeName = '' } }: PodShape): string {
  if (nodeName === '') throw newBadRequest(`pod ${name} does not have a host assigned`);
  return nodeName;
}

/** The first address of a pod; '' where it has none. */
export function addressOf({ status }: PodShape): string {
  return status?.podIPs?.[0]?.ip ?? status?.podIP ?? '';
}
