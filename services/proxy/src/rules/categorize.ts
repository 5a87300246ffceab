import type { Endpoint, NodeFacts, ServicePort } from './service-port.js';
import { isExternallyAccessible } from './service-port.js';

/** Which endpoints this node uses, by traffic policy. */
export interface EndpointChoice {
  /** Used where the policy is Cluster; empty where nothing uses them. */
  readonly cluster: readonly Endpoint[];
  /** Used where the policy is Local; empty where nothing uses them. */
  readonly local: readonly Endpoint[];
  /** There is a usable endpoint somewhere, though perhaps none for this node. */
  readonly any: boolean;
}

/** How near an endpoint must be, as the hints of KEP-3015 and KEP-2433 ask. */
type Topology = 'node' | 'zone' | undefined;

function isFallback({ serving, terminating }: Endpoint): boolean {
  return serving && terminating;
}

/** Ready ones; where there are none, those that end but still serve (KEP-1669). */
function usable(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter(isFallback);
}

/** Hints count only where every ready endpoint has them and one of them is for here: else traffic would have nowhere to go, or pile up. */
function topologyOf(ready: readonly Endpoint[], { name, zone }: NodeFacts): Topology {
  const applies = (hints: (endpoint: Endpoint) => readonly string[], here: string | undefined) =>
    here !== undefined && ready.length > 0 && ready.every((endpoint) => hints(endpoint).length > 0) && ready.some((endpoint) => hints(endpoint).includes(here));
  if (applies(({ nodeHints }) => nodeHints, name)) return 'node';
  return applies(({ zoneHints }) => zoneHints, zone) ? 'zone' : undefined;
}

function isNear({ nodeHints, zoneHints }: Endpoint, topology: Topology, { name, zone }: NodeFacts): boolean {
  if (topology === 'node') return nodeHints.includes(name);
  return topology === undefined || zoneHints.includes(zone ?? '');
}

function clusterEndpoints(endpoints: readonly Endpoint[], node: NodeFacts): readonly Endpoint[] {
  const chosen = usable(endpoints);
  const topology = topologyOf(chosen.filter(({ ready }) => ready), node);
  return chosen.filter((endpoint) => isNear(endpoint, topology, node));
}

/**
 * The endpoints that traffic may go to. Cluster ones are needed although the external policy is Local: pods and the node itself reach
 * external addresses as if from outside, where every node would be asked. The fallback is taken for each policy on its own.
 */
export function chooseEndpoints(service: ServicePort, node: NodeFacts): EndpointChoice {
  const { endpoints, internalLocal, externalLocal } = service;
  const isExternal = isExternallyAccessible(service);
  const usesLocal = internalLocal || (externalLocal && isExternal);
  const usesCluster = !internalLocal || isExternal;
  return {
    cluster: usesCluster ? clusterEndpoints(endpoints, node) : [],
    local: usesLocal ? usable(endpoints.filter(({ local }) => local)) : [],
    any: usable(endpoints).length > 0,
  };
}
