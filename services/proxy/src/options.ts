import type { Clock, Logger } from '@gantry/async';
import type { Informers } from '@gantry/informer';
import type { ProxyMetrics } from './metrics.js';

export interface ProxyOptions {
  /** Shared with the node's other parts; whoever made them starts and stops them. The proxy asks for services, endpoint slices and nodes. */
  readonly informers: Informers;
  readonly nodeName: string;
  /** The node's own addresses: those on which node ports are served. */
  readonly nodeAddresses: readonly string[];
  /** All pods' range, `10.244.0.0/16`: what comes from elsewhere to a Service is masqueraded where the way back demands it. */
  readonly clusterCidr: string;
  /** This node's pods, `10.244.1.0/24`. */
  readonly podCidr: string;
  /** `10.96.0.0/16`: what goes there and matches no Service is rejected. */
  readonly serviceCidr: string;
  /** Addresses of the Service range that the node itself answers on: cluster DNS. They are neither translated nor rejected. */
  readonly ownServiceAddresses: readonly string[];
  readonly logger: Logger;
  readonly metrics?: ProxyMetrics;
  readonly clock?: Clock;
}

export interface RunningProxy {
  /** Resolves when the rules of all Services that were known at the start are in place; rejects only when stopped before. */
  readonly ready: Promise<void>;
  /** What the user should know though the proxy works, in sentences: that it forwards in user space, for one. Complete when it is ready. */
  readonly warnings: readonly string[];
  /** Ends following changes; the rules stay, so that connections go on while a node's process is replaced. Idempotent. */
  stop(): Promise<void>;
}
