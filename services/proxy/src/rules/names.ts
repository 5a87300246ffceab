import type { Endpoint, ServicePort } from './service-port.js';

/** The proxy's own table; `nft list table ip gantry-services` shows it. */
export const TABLE = 'gantry-services';

/** Fixed chains, sets and maps of the table. */
export const MARK = 'mark-for-masquerade';
export const REJECT = 'reject-now';
export const CLUSTER_IPS = 'cluster-ips';
export const SELF_PAIRS = 'self-pairs';
export const SERVICE_IPS = 'service-ips';
export const SERVICE_NODE_PORTS = 'service-nodeports';
export const NO_ENDPOINTS = 'no-endpoint-services';
export const NO_ENDPOINT_NODE_PORTS = 'no-endpoint-nodeports';
export const FIREWALL_IPS = 'firewall-ips';

type ChainKind = 'cluster' | 'local' | 'external' | 'firewall';

/** A chain of a Service's port: `cluster/default/web/tcp/http`. nft takes slashes, and 255 bytes; names of Services have at most 63 a part. */
export function chainName(kind: ChainKind, { service, protocol, name }: ServicePort): string {
  return `${kind}/${service}/${protocol}/${name}`;
}

export function endpointName(kind: 'endpoint' | 'affinity', { service, protocol, name }: ServicePort, { address, port }: Endpoint): string {
  return `${kind}/${service}/${protocol}/${name}/${address}/${port}`;
}
