import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import { controllerReference } from '../ownership/controller-ref.js';
import { hasEndpoint } from '../service-pods/membership.js';
import type { AddressType } from './endpoint.js';
import { addressTypes, endpointOf } from './endpoint.js';
import { sliceLabels } from './labels.js';
import type { SliceChanges } from './pack.js';
import { pack, recycle } from './pack.js';
import { endpointPorts, portsKey } from './ports.js';

type Slice = discoveryV1.EndpointSlice;

/** The most endpoints of a slice. */
export const MAX_ENDPOINTS = 100;
const LONGEST_PREFIX = 253;

/** What the controller sees of a service. */
export interface SliceWorld {
  /** The pods that the service selects. */
  readonly pods: readonly coreV1.Pod[];
  readonly node: (name: string) => coreV1.Node | undefined;
  /** The slices of the service's name that this controller keeps. */
  readonly slices: readonly Slice[];
}

/** Endpoints with the same ports. */
interface PortGroup {
  readonly ports: discoveryV1.EndpointPort[];
  readonly endpoints: discoveryV1.Endpoint[];
}

/** A service that is deleted and made anew has slices of its own: the old ones go with the old service. */
function isOwn(service: coreV1.Service, { metadata }: Slice): boolean {
  return metadata?.ownerReferences?.some(({ kind, uid }) => kind === 'Service' && uid === service.metadata?.uid) ?? false;
}

/** A prefix that is valid as a name but for its last dash; without the dash where that would be too long. */
export function namePrefix(name: string): string {
  return name.length < LONGEST_PREFIX ? `${name}-` : name;
}

function emptySlice(service: coreV1.Service, addressType: AddressType, ports: discoveryV1.EndpointPort[]): Slice {
  const { name = '', namespace } = service.metadata ?? {};
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { generateName: namePrefix(name), namespace, labels: sliceLabels(service), ownerReferences: [controllerReference(service, 'v1', 'Service')] },
    addressType,
    ports,
    endpoints: [],
  };
}

/** A pod on a node that nobody knows has no traffic, but where every address is asked for. */
function isPlaced(service: coreV1.Service, pod: coreV1.Pod, { node }: SliceWorld): boolean {
  return service.spec?.publishNotReadyAddresses === true || node(pod.spec?.nodeName ?? '') !== undefined;
}

function groupByPorts(service: coreV1.Service, world: SliceWorld, type: AddressType): Map<string, PortGroup> {
  const groups = new Map<string, PortGroup>();
  for (const pod of world.pods) {
    if (!hasEndpoint(pod) || !isPlaced(service, pod, world)) continue;
    const endpoint = endpointOf(service, pod, world.node(pod.spec?.nodeName ?? ''), type);
    if (endpoint === undefined) continue;
    const ports = endpointPorts(service, pod);
    const key = portsKey(ports);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ports, endpoints: [endpoint] });
    else group.endpoints.push(endpoint);
  }
  return groups;
}

/** A service without endpoints has one slice that says so, and that is left alone where it is there. */
function withPlaceholder(changes: SliceChanges, existing: readonly Slice[], placeholder: Slice): SliceChanges {
  if (changes.create.length > 0 || changes.remove.length < existing.length) return changes;
  const [only, ...others] = changes.remove;
  const isThere = only !== undefined && others.length === 0 && isSamePlaceholder(only, placeholder);
  return isThere ? { create: [], update: [], remove: [] } : { ...changes, create: [placeholder] };
}

function isSamePlaceholder(slice: Slice, placeholder: Slice): boolean {
  const hasNothing = (slice.endpoints ?? []).length === 0 && (slice.ports ?? []).length === 0;
  return hasNothing && slice.metadata?.ownerReferences?.[0]?.uid === placeholder.metadata?.ownerReferences?.[0]?.uid && deepEqual(slice.metadata?.labels, placeholder.metadata?.labels);
}

function planType(service: coreV1.Service, world: SliceWorld, type: AddressType): SliceChanges {
  const existing = world.slices.filter(({ addressType }) => addressType === type);
  const own = existing.filter((slice) => isOwn(service, slice));
  const groups = groupByPorts(service, world, type);
  const labels = sliceLabels(service);
  const foreign = existing.filter((slice) => !isOwn(service, slice));
  const changes: SliceChanges = { create: [], update: [], remove: [...foreign, ...own.filter(({ ports }) => !groups.has(portsKey(ports)))] };
  for (const [key, { ports, endpoints }] of groups) {
    const ofPorts = own.filter((slice) => portsKey(slice.ports) === key);
    const { create, update, remove } = pack(ofPorts, endpoints, { limit: MAX_ENDPOINTS, labels, empty: () => emptySlice(service, type, ports) });
    changes.create.push(...create);
    changes.update.push(...update);
    changes.remove.push(...remove);
  }
  return recycle(withPlaceholder(changes, existing, emptySlice(service, type, [])), (slice) => isOwn(service, slice));
}

/** What is to be done that the slices say what the pods are: pure. */
export function computePlan(service: coreV1.Service, world: SliceWorld): SliceChanges {
  const types = addressTypes(service);
  const plans = types.map((type) => planType(service, world, type));
  const outlived = world.slices.filter(({ addressType }) => !types.includes(addressType as AddressType));
  return {
    create: plans.flatMap(({ create }) => create),
    update: plans.flatMap(({ update }) => update),
    remove: [...plans.flatMap(({ remove }) => remove), ...outlived],
  };
}
