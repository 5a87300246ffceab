/** The addresses of a cluster. All nodes and the control plane must have the same. */
export interface NetworkSettings {
  /** All pods' range; each node has a /24 of it. */
  readonly podCidr: string;
  /** Addresses of Services; the first one is the API's. */
  readonly serviceCidr: string;
  /** Where pods resolve names: an address of the Service range, on every node's loopback interface. */
  readonly clusterDns: string;
  /** Both ends belong to it. */
  readonly nodePorts: { readonly from: number; readonly to: number };
  readonly clusterDomain: string;
}

export const DEFAULT_NETWORK: NetworkSettings = {
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  clusterDns: '10.96.0.10',
  nodePorts: { from: 30000, to: 32767 },
  clusterDomain: 'cluster.local',
};

/** On every node's loopback interface: where a node takes connections for the API, which it passes on over the bus. */
export const API_TUNNEL = { address: '198.18.0.1', port: 6443 } as const;

/** The API's own Service: the first address of the range. */
export function apiServiceAddress({ serviceCidr }: NetworkSettings): string {
  const base = serviceCidr.split('/')[0] ?? '';
  const parts = base.split('.').map(Number);
  const value = parts.reduce((sum, part) => sum * 256 + part, 0) + 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
