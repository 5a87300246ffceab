import type { NodeFacts, ServicePort } from '../rules/service-port.js';

/** Flows that go to where nobody serves the Service any more. */
export interface StaleFlows {
  readonly destination: string;
  readonly port: number;
  /** Whose answers the kernel waits for. */
  readonly replySource: string;
}

const FLOW = /^udp\s.*?\bsrc=\S+ dst=(\S+) sport=\d+ dport=(\d+) .*?\bsrc=(\S+) /u;

function flowsIn(listing: string): StaleFlows[] {
  return listing.split('\n').flatMap((line) => {
    const [, destination, port, replySource] = FLOW.exec(line) ?? [];
    return destination === undefined || replySource === undefined ? [] : [{ destination, port: Number(port), replySource }];
  });
}

type FlowFacts = Pick<NodeFacts, 'addresses' | 'ownServiceAddresses'>;

/** The addresses that serve, by what clients send to: `10.96.0.10 53`, or a node port by its number alone. */
function serving(ports: Iterable<ServicePort>, node: FlowFacts): Map<string, ReadonlySet<string>> {
  const byFrontend = new Map<string, ReadonlySet<string>>();
  for (const { protocol, endpoints, clusterIP, externalIPs, loadBalancerIPs, port, nodePort } of ports) {
    if (protocol !== 'udp') continue;
    const addresses = new Set(endpoints.filter((endpoint) => endpoint.serving).map(({ address }) => address));
    for (const frontend of [clusterIP, ...externalIPs, ...loadBalancerIPs]) {
      if (!node.ownServiceAddresses.includes(frontend)) byFrontend.set(`${frontend} ${port}`, addresses);
    }
    if (nodePort !== undefined) node.addresses.forEach((address) => byFrontend.set(`${address} ${nodePort}`, addresses));
  }
  return byFrontend;
}

/**
 * UDP has no end that the kernel could see: a client that goes on sending from one port stays with an endpoint that is gone, or with none where the
 * Service came after it. What serves keeps its flows, whatever policies say now.
 * @param listing as `conntrack -L -p udp` prints it
 */
export function staleFlows(listing: string, ports: Iterable<ServicePort>, node: FlowFacts): StaleFlows[] {
  const byFrontend = serving(ports, node);
  const found = new Map<string, StaleFlows>();
  for (const { destination, port, replySource } of flowsIn(listing)) {
    const addresses = byFrontend.get(`${destination} ${port}`);
    if (addresses === undefined || addresses.has(replySource)) continue;
    found.set(`${destination} ${port} ${replySource}`, { destination, port, replySource });
  }
  return [...found.values()];
}
