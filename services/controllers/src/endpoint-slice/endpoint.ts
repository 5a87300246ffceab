import { isIPv4, isIPv6 } from 'node:net';
import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { isPodReady } from '../pods/pod-status.js';
import { hostnameWithin, podAddresses } from '../service-pods/membership.js';

export type AddressType = 'IPv4' | 'IPv6';

const ZONE = 'topology.kubernetes.io/zone';
/** Either asks for the older way of hints, which knows no `trafficDistribution` beside it; the first wins. */
const TOPOLOGY_MODES = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode'];

/** The node's zone; undefined where it has none. */
export function zoneOf(node: coreV1.Node | undefined): string | undefined {
  return node?.metadata?.labels?.[ZONE] || undefined;
}

/** KEP-1672: a pod that ends is not ready, but may be serving. */
function conditions(service: coreV1.Service, pod: coreV1.Pod): discoveryV1.EndpointConditions {
  const serving = isPodReady(pod);
  const terminating = isBeingDeleted(pod);
  return { ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating };
}

function trafficDistribution({ metadata, spec }: coreV1.Service): string | undefined {
  const mode = TOPOLOGY_MODES.map((name) => metadata?.annotations?.[name]).find((value) => value !== undefined);
  return mode === 'Auto' || mode === 'auto' ? undefined : spec?.trafficDistribution;
}

/** KEP-3015: for whom an endpoint is, where the service prefers near ones. */
function hints(service: coreV1.Service, { conditions: { ready } = {}, zone, nodeName }: discoveryV1.Endpoint): discoveryV1.EndpointHints | undefined {
  const preference = trafficDistribution(service) ?? '';
  if (ready !== true || !['PreferClose', 'PreferSameZone', 'PreferSameNode'].includes(preference)) return undefined;
  const forZones = zone === undefined ? undefined : [{ name: zone }];
  const forNodes = nodeName === undefined || preference !== 'PreferSameNode' ? undefined : [{ name: nodeName }];
  if (forZones === undefined && forNodes === undefined) return undefined;
  return { ...(forZones && { forZones }), ...(forNodes && { forNodes }) };
}

/** The pod as an endpoint of the service; undefined where it has no address of the type. */
export function endpointOf(service: coreV1.Service, pod: coreV1.Pod, node: coreV1.Node | undefined, type: AddressType): discoveryV1.Endpoint | undefined {
  const addresses = podAddresses(pod).filter(type === 'IPv6' ? isIPv6 : isIPv4);
  if (addresses.length === 0) return undefined;
  const { namespace, name, uid } = pod.metadata ?? {};
  const nodeName = pod.spec?.nodeName || undefined;
  const zone = zoneOf(node);
  const hostname = hostnameWithin(service, pod);
  const endpoint: discoveryV1.Endpoint = {
    addresses,
    conditions: conditions(service, pod),
    ...(hostname !== undefined && { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName !== undefined && { nodeName }),
    ...(zone !== undefined && { zone }),
  };
  const found = hints(service, endpoint);
  return found === undefined ? endpoint : { ...endpoint, hints: found };
}

/** What one and the same endpoint keeps while its conditions change. */
export function endpointKey({ addresses, targetRef }: discoveryV1.Endpoint): string {
  const address = addresses.length === 1 ? addresses[0] : addresses.toSorted().join();
  return `${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''} ${address}`;
}

/** The types of addresses that the service's endpoints have. */
export function addressTypes({ spec }: coreV1.Service): AddressType[] {
  const families = (spec?.ipFamilies ?? []).filter((family) => family === 'IPv4' || family === 'IPv6');
  if (families.length > 0) return [...new Set(families)] as AddressType[];
  return [isIPv6(spec?.clusterIP ?? '') ? 'IPv6' : 'IPv4'];
}
