/** One port of a Service, with everything that rules depend on. Plain data: made from objects by `servicePortsOf`. */
export interface ServicePort {
  /** `default/web` */
  readonly service: string;
  /** The port's name, or its number where it has none. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly clusterIP: string;
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly externalIPs: readonly string[];
  /** Addresses of a load balancer that hands packets on as they are. */
  readonly loadBalancerIPs: readonly string[];
  /** Networks that may use the load balancer's addresses; empty: all. */
  readonly sourceRanges: readonly string[];
  /** How long a client keeps its endpoint, in seconds; undefined where it need not. */
  readonly affinitySeconds: number | undefined;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  readonly endpoints: readonly Endpoint[];
}

export type Protocol = 'tcp' | 'udp' | 'sctp';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly local: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** What rules depend on that is the node's own. */
export interface NodeFacts {
  readonly name: string;
  readonly zone: string | undefined;
  readonly addresses: readonly string[];
  /** All pods' range. */
  readonly clusterCidr: string;
  /** This node's part of it. */
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Service addresses that the node answers itself: no rule may touch them. */
  readonly ownServiceAddresses: readonly string[];
}

export function isExternallyAccessible({ nodePort, externalIPs, loadBalancerIPs }: ServicePort): boolean {
  return nodePort !== undefined || externalIPs.length > 0 || loadBalancerIPs.length > 0;
}
