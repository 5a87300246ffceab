import { heldBy } from './service-holdings.js';
import type { Service } from './service-holdings.js';

export interface NodePortRequest {
  readonly service: Service;
  readonly isNew: boolean;
  /** The node ports that it has already. */
  readonly had: ReadonlySet<string>;
  readonly choose: (taken: ReadonlySet<string>) => Promise<number>;
}

function wantsNodePorts({ spec }: Service): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

/**
 * Gives every port without a node port one. A new Service that has one port under several protocols gets one number for all of them; an
 * update does not look for that, as upstream does not.
 */
export async function fillNodePorts({ service, isNew, had, choose }: NodePortRequest): Promise<void> {
  if (!wantsNodePorts(service)) return;
  const { ports = [] } = service.spec;
  const shared = new Map<number, number>();
  if (isNew) for (const { port, nodePort } of ports) if (nodePort && !shared.has(port)) shared.set(port, nodePort);
  for (const port of ports) {
    if (port.nodePort) continue;
    port.nodePort = shared.get(port.port) ?? (await choose(new Set([...had, ...heldBy(service).ports])));
    if (isNew) shared.set(port.port, port.nodePort);
  }
}

/** Gives a Service the port at which nodes tell a load balancer whether they have endpoints, where it needs one. */
export async function fillHealthCheckPort(service: Service, choose: (taken: ReadonlySet<string>) => Promise<number>): Promise<void> {
  const { spec } = service;
  if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local' || spec.healthCheckNodePort) return;
  spec.healthCheckNodePort = await choose(heldBy(service).ports);
}
