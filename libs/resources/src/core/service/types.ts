import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** A Service as defaults leave it. */
export type DefaultedService = WithMetadata<coreV1.Service> & { spec: coreV1.ServiceSpec; status: coreV1.ServiceStatus };

/** What a Service has as `clusterIP` when it wants no address. */
export const HEADLESS = 'None';

/** Whether the type is one that has a cluster IP, be it `None`. */
export function needsClusterIP({ spec }: DefaultedService): boolean {
  return spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

/** Whether every port of the Service is to have a node port. */
export function needsNodePort({ spec }: DefaultedService): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

/** Whether a load balancer must ask the nodes which of them have endpoints. */
export function needsHealthCheck({ spec }: DefaultedService): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/** Whether traffic from outside of the cluster may reach the Service, which is when an external traffic policy means something. */
export function isExternallyAccessible({ spec }: DefaultedService): boolean {
  return spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
}

export function isHeadless({ spec }: DefaultedService): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === HEADLESS;
}

/** The node ports of all ports, each once. */
export function nodePortsOf({ spec }: DefaultedService): Set<number> {
  return new Set((spec.ports ?? []).map(({ nodePort = 0 }) => nodePort).filter((port) => port !== 0));
}
