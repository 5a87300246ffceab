import { isIPv4 } from 'node:net';
import type { coreV1, discoveryV1 } from '@gantry/api-types';
import type { Endpoint, Protocol, ServicePort } from './service-port.js';

type Slice = discoveryV1.EndpointSlice;

/** Another proxy's Services and slices, and those that have no address to serve: upstream's proxy does not even list them. */
const NOT_OURS = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];

const PROTOCOLS: Readonly<Record<string, Protocol>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };

/** Where upstream keeps clients that a Service does not say it of; the API fills it in. */
const AFFINITY_SECONDS = 10_800;

function isOurs({ metadata }: coreV1.Service | Slice): boolean {
  return NOT_OURS.every((label) => metadata?.labels?.[label] === undefined);
}

/** IPv4: the ranges of the cluster are. */
function clusterIPOf({ spec }: coreV1.Service): string | undefined {
  return [spec?.clusterIP ?? '', ...(spec?.clusterIPs ?? [])].find((address) => isIPv4(address));
}

/** As the API counts: what no client outside can reach has no external policy. */
function hasExternalTraffic({ spec }: coreV1.Service): boolean {
  const { type = 'ClusterIP', externalIPs = [] } = spec ?? {};
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs ?? []).length > 0);
}

function loadBalancerIPsOf({ status }: coreV1.Service): string[] {
  const passing = (status?.loadBalancer?.ingress ?? []).filter(({ ipMode }) => ipMode === undefined || ipMode === null || ipMode === 'VIP');
  return passing.flatMap(({ ip }) => (ip !== undefined && isIPv4(ip) ? [ip] : []));
}

function isNetwork(range: string): boolean {
  const [address = '', length = ''] = range.split('/');
  return isIPv4(address) && /^\d{1,2}$/u.test(length) && Number(length) <= 32;
}

function affinitySecondsOf({ spec }: coreV1.Service): number | undefined {
  if (spec?.sessionAffinity !== 'ClientIP') return undefined;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS;
}

function endpointsIn(slice: Slice, port: coreV1.ServicePort, nodeName: string): Endpoint[] {
  const served = (slice.ports ?? []).find(({ name, protocol }) => (name ?? '') === (port.name ?? '') && (protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
  if (served?.port === undefined || served.port === null) return [];
  const number = served.port;
  return (slice.endpoints ?? []).flatMap(({ addresses: [address], conditions, hints, nodeName: on }) => {
    if (address === undefined || !isIPv4(address)) return [];
    return [{
      address,
      port: number,
      ready: conditions?.ready ?? true,
      serving: conditions?.serving ?? true,
      terminating: conditions?.terminating ?? false,
      local: on === nodeName,
      zoneHints: (hints?.forZones ?? []).map(({ name }) => name),
      nodeHints: (hints?.forNodes ?? []).map(({ name }) => name),
    }];
  });
}

/** Each address and port once, in one order whatever order the slices come in; one that is in two slices for a moment counts as the readier. */
function distinct(endpoints: readonly Endpoint[]): Endpoint[] {
  const byPlace = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const place = `${endpoint.address}:${endpoint.port}`;
    if (byPlace.get(place)?.ready !== true) byPlace.set(place, endpoint);
  }
  return [...byPlace].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}

/** The ports of a Service with their endpoints; none where it has no address of its own or is another proxy's. */
export function servicePortsOf(service: coreV1.Service, slices: readonly Slice[], nodeName: string): ServicePort[] {
  const { metadata, spec } = service;
  const clusterIP = clusterIPOf(service);
  if (clusterIP === undefined || spec?.type === 'ExternalName' || !isOurs(service)) return [];
  const ours = slices.filter((slice) => slice.addressType === 'IPv4' && isOurs(slice));
  const shared = {
    service: `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`,
    clusterIP,
    externalIPs: (spec?.externalIPs ?? []).filter((address) => isIPv4(address)),
    loadBalancerIPs: loadBalancerIPsOf(service),
    sourceRanges: (spec?.loadBalancerSourceRanges ?? []).map((range) => range.trim()).filter(isNetwork),
    affinitySeconds: affinitySecondsOf(service),
    internalLocal: spec?.internalTrafficPolicy === 'Local',
    externalLocal: spec?.externalTrafficPolicy === 'Local' && hasExternalTraffic(service),
  };
  return (spec?.ports ?? []).flatMap((port) => {
    const protocol = PROTOCOLS[port.protocol ?? 'TCP'];
    if (protocol === undefined) return [];
    const endpoints = distinct(ours.flatMap((slice) => endpointsIn(slice, port, nodeName)));
    return [{ ...shared, name: port.name || String(port.port), protocol, port: port.port, nodePort: port.nodePort || undefined, endpoints }];
  });
}

/** Where load balancers ask whether this node has endpoints of the Service; undefined where the Service has no such port. */
export function healthCheckPortOf(service: coreV1.Service): number | undefined {
  const { type, externalTrafficPolicy, healthCheckNodePort } = service.spec ?? {};
  const asks = type === 'LoadBalancer' && externalTrafficPolicy === 'Local' && isOurs(service);
  return asks ? healthCheckNodePort || undefined : undefined;
}
