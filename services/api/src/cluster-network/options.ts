import type { NodePortRange } from './pools.js';

/** What the API must know of the network that its Services are in. */
export interface ClusterNetworkOptions {
  /** The IPv4 range of cluster IPs: `10.96.0.0/16`. The API's own Service has the first address. */
  readonly serviceCidr?: string;
  /** The ports of every node that Services may have. */
  readonly nodePorts?: NodePortRange;
  /** The cluster IP of the cluster's DNS. Absent: there is no Service for it. */
  readonly clusterDns?: string;
  /** Under which pods reach this replica. Absent: the API's own Service has no endpoint here. */
  readonly advertise?: Endpoint;
}

export interface Endpoint {
  /** An IPv4 address. */
  readonly address: string;
  readonly port: number;
}

export const defaultClusterNetwork = { serviceCidr: '10.96.0.0/16', nodePorts: { from: 30_000, to: 32_767 } } as const;
