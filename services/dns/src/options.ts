import type { Clock, Logger } from '@gantry/async';
import type { Informers } from '@gantry/informer';
import type { DnsMetrics } from './metrics.js';

export interface DnsOptions {
  /** Shared with the node's other parts; whoever made them starts and stops them. DNS asks for services, endpoint slices and namespaces. */
  readonly informers: Informers;
  /** The cluster DNS address, already on an interface of the node: both UDP and TCP bind to it and to nothing else. */
  readonly address: string;
  /** 53, but for tests. */
  readonly port?: number;
  /** `cluster.local` */
  readonly clusterDomain: string;
  /** All pods' range and the Service range: reverse names of them are answered here, all others are forwarded. */
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  /** Resolvers of the node, `192.0.2.53` or `192.0.2.53:5353`, asked for everything that is not the cluster's. */
  readonly upstreams: readonly string[];
  /** Names of the node's own hosts file, address by name. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  readonly logger: Logger;
  readonly metrics?: DnsMetrics;
  readonly clock?: Clock;
}

export interface RunningDns {
  /** Resolves when it answers for everything known at the start; rejects when an address cannot be bound. */
  readonly ready: Promise<void>;
  readonly port: number;
  /** Idempotent. */
  stop(): Promise<void>;
}
