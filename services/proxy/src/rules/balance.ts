import { endpointName } from './names.js';
import type { Endpoint, ServicePort } from './service-port.js';

/** Sets the mark that `nat-postrouting` masquerades by, and leaves all other bits alone. */
export const MASQUERADE_BIT = '0x4000';

/** One of the endpoints at random, in one rule: chains of endpoints, as upstream has them, take most of the time of a load. */
function translation(protocol: string, endpoints: readonly Endpoint[]): string {
  const [only] = endpoints;
  if (endpoints.length === 1 && only !== undefined) return `meta l4proto ${protocol} dnat to ${only.address}:${only.port}`;
  const choices = endpoints.map(({ address, port }, index) => `${index} : ${address} . ${port}`).join(', ');
  return `meta l4proto ${protocol} dnat ip addr . port to numgen random mod ${endpoints.length} map { ${choices} }`;
}

function stickyRules(port: ServicePort, endpoints: readonly Endpoint[]): string[] {
  const chain = (endpoint: Endpoint) => endpointName('endpoint', port, endpoint);
  const known = endpoints.map((endpoint) => `ip saddr @${endpointName('affinity', port, endpoint)} goto ${chain(endpoint)}`);
  const choices = endpoints.map((endpoint, index) => `${index} : goto ${chain(endpoint)}`).join(', ');
  return [...known, `numgen random mod ${endpoints.length} vmap { ${choices} }`];
}

/** The rules of a chain that ends in one of the endpoints. */
export function balanceRules(port: ServicePort, endpoints: readonly Endpoint[]): string[] {
  return port.affinitySeconds === undefined ? [translation(port.protocol, endpoints)] : stickyRules(port, endpoints);
}

/** A client's entry is renewed by each of its connections, and runs out by itself. */
export function stickyEndpoints(port: ServicePort, endpoints: readonly Endpoint[]): { chains: [string, string[]][]; sets: [string, string][] } {
  if (port.affinitySeconds === undefined) return { chains: [], sets: [] };
  const declaration = `type ipv4_addr; flags dynamic,timeout; timeout ${port.affinitySeconds}s;`;
  return {
    chains: endpoints.map((endpoint) => [
      endpointName('endpoint', port, endpoint),
      [`update @${endpointName('affinity', port, endpoint)} { ip saddr }`, translation(port.protocol, [endpoint])],
    ]),
    sets: endpoints.map((endpoint) => [endpointName('affinity', port, endpoint), declaration]),
  };
}
