import { balanceRules, stickyEndpoints } from './balance.js';
import { chooseEndpoints } from './categorize.js';
import type { EndpointChoice } from './categorize.js';
import { isWithin } from './cidr.js';
import { CLUSTER_IPS, FIREWALL_IPS, MARK, NO_ENDPOINTS, NO_ENDPOINT_NODE_PORTS, REJECT, SELF_PAIRS, SERVICE_IPS, SERVICE_NODE_PORTS, chainName } from './names.js';
import type { Element, Fragment } from './ruleset.js';
import type { Endpoint, NodeFacts, ServicePort } from './service-port.js';
import { isExternallyAccessible } from './service-port.js';

/** A port with what is decided about it. */
interface Decided {
  readonly port: ServicePort;
  readonly choice: EndpointChoice;
  readonly node: NodeFacts;
}

type Chains = [string, string[]][];

/** The rules of a Service on this node: pure. */
export function serviceRules(ports: readonly ServicePort[], node: NodeFacts): Fragment {
  const decided = ports.map((port) => ({ port, choice: chooseEndpoints(port, node), node }));
  const sticky = decided.map(({ port, choice }) => stickyEndpoints(port, reachable(choice)));
  return {
    chains: new Map([...decided.flatMap(policyChains), ...decided.flatMap(externalChain), ...decided.flatMap(firewallChain), ...sticky.flatMap(({ chains }) => chains)]),
    sets: new Map(sticky.flatMap(({ sets }) => sets)),
    elements: decided.flatMap((each) => [...internalElements(each), ...externalElements(each), ...firewallElements(each), ...selfPairs(each)]),
  };
}

function reachable({ cluster, local }: EndpointChoice): Endpoint[] {
  return [...new Set([...cluster, ...local])];
}

function policyChains({ port, choice }: Decided): Chains {
  const chains: Chains = [];
  if (choice.cluster.length > 0) chains.push([chainName('cluster', port), balanceRules(port, choice.cluster)]);
  if (choice.local.length > 0) chains.push([chainName('local', port), balanceRules(port, choice.local)]);
  return chains;
}

/**
 * What comes for an external address. Policy Cluster: the endpoint may be on another node, so its answer must pass here again. Policy Local: the source stays,
 * and only this node's own pods and processes, which could as well have asked another node, are served by all endpoints.
 */
function externalChain({ port, choice, node }: Decided): Chains {
  if (!choice.any || !isExternallyAccessible(port)) return [];
  const cluster = `goto ${chainName('cluster', port)}`;
  if (!port.externalLocal) return [[chainName('external', port), [`jump ${MARK}`, cluster]]];
  const ownTraffic = [`ip saddr ${node.podCidr} ${cluster}`, `fib saddr type local jump ${MARK}`, `fib saddr type local ${cluster}`];
  const rest = choice.local.length > 0 ? [`goto ${chainName('local', port)}`] : [];
  return [[chainName('external', port), [...ownTraffic, ...rest]]];
}

/** A load balancer's address may be one of the node's: then the node's own requests come from it. */
function firewallChain({ port, node }: Decided): Chains {
  if (!hasFirewall(port)) return [];
  const includesNode = port.sourceRanges.some((range) => node.addresses.some((address) => isWithin(address, range)));
  const allowed = [...port.sourceRanges, ...(includesNode ? port.loadBalancerIPs : [])];
  return [[chainName('firewall', port), [...allowed.map((range) => `ip saddr ${range} return`), 'drop']]];
}

function hasFirewall({ loadBalancerIPs, sourceRanges }: ServicePort): boolean {
  return loadBalancerIPs.length > 0 && sourceRanges.length > 0;
}

function addressKey(address: string, { protocol, port }: ServicePort): string {
  return `${address} . ${protocol} . ${port}`;
}

/** Nothing anywhere: tell at once. Something, but not for here: drop, so that a client or a load balancer tries elsewhere. */
function refusal({ any }: EndpointChoice): string {
  return any ? 'drop' : `goto ${REJECT}`;
}

function internalElements({ port, choice, node }: Decided): Element[] {
  if (node.ownServiceAddresses.includes(port.clusterIP)) return [];
  const policy = port.internalLocal ? 'local' : 'cluster';
  const key = addressKey(port.clusterIP, port);
  const served = choice[policy].length > 0;
  const outside = isWithin(port.clusterIP, node.serviceCidr) ? [] : [{ container: CLUSTER_IPS, key: port.clusterIP, verdict: undefined }];
  const dispatch = served
    ? { container: SERVICE_IPS, key, verdict: `goto ${chainName(policy, port)}` }
    : { container: NO_ENDPOINTS, key, verdict: refusal(choice) };
  return [...outside, dispatch];
}

function externalElements(decided: Decided): Element[] {
  const { port, node } = decided;
  const addresses = [...new Set([...port.externalIPs, ...port.loadBalancerIPs])].filter((address) => !node.ownServiceAddresses.includes(address) && address !== port.clusterIP);
  const byAddress = addresses.flatMap((address) => dispatchExternal(decided, addressKey(address, port), SERVICE_IPS, NO_ENDPOINTS));
  const byNodePort = port.nodePort === undefined ? [] : dispatchExternal(decided, `${port.protocol} . ${port.nodePort}`, SERVICE_NODE_PORTS, NO_ENDPOINT_NODE_PORTS);
  return [...byAddress, ...byNodePort];
}

/** With policy Local and no local endpoint it stands in both: what the chain does not take for the node's own is dropped after it. */
function dispatchExternal({ port, choice }: Decided, key: string, served: string, refused: string): Element[] {
  const elements: Element[] = [];
  if (choice.any) elements.push({ container: served, key, verdict: `goto ${chainName('external', port)}` });
  if (choice[port.externalLocal ? 'local' : 'cluster'].length === 0) elements.push({ container: refused, key, verdict: refusal(choice) });
  return elements;
}

function firewallElements({ port }: Decided): Element[] {
  if (!hasFirewall(port)) return [];
  return port.loadBalancerIPs.map((address) => ({ container: FIREWALL_IPS, key: addressKey(address, port), verdict: `goto ${chainName('firewall', port)}` }));
}

/** An endpoint that reaches itself through a Service must not see its own address as the client's: it would answer past the node. */
function selfPairs({ choice }: Decided): Element[] {
  return reachable(choice).map(({ address }) => ({ container: SELF_PAIRS, key: `${address} . ${address}`, verdict: undefined }));
}
