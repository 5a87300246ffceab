import { chooseEndpoints } from '../rules/categorize.js';
import type { Endpoint, NodeFacts, ServicePort } from '../rules/service-port.js';

/** An address and port that this node answers on, and where it leads. */
export interface Frontend {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly endpoints: readonly Endpoint[];
  readonly affinitySeconds: number | undefined;
}

/** By `tcp 10.96.0.1 80`. Those without endpoints are left out: where nobody listens, the kernel refuses. SCTP has no sockets here. */
export function frontendsOf(ports: readonly ServicePort[], node: NodeFacts): Map<string, Frontend> {
  const found = new Map<string, Frontend>();
  for (const service of ports) {
    const { protocol, affinitySeconds, internalLocal, externalLocal } = service;
    if (protocol === 'sctp') continue;
    const choice = chooseEndpoints(service, node);
    const add = (address: string, port: number, endpoints: readonly Endpoint[]) => {
      const key = `${protocol} ${address} ${port}`;
      if (endpoints.length > 0 && !found.has(key) && !node.ownServiceAddresses.includes(address)) found.set(key, { protocol, address, port, endpoints, affinitySeconds });
    };
    add(service.clusterIP, service.port, internalLocal ? choice.local : choice.cluster);
    const { nodePort } = service;
    if (nodePort !== undefined) node.addresses.forEach((address) => add(address, nodePort, externalLocal ? choice.local : choice.cluster));
  }
  return found;
}
