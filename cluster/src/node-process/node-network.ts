import { join } from 'node:path';
import { systemClock, type Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import { NODES } from '@gantry/client';
import { createDnsMetrics, startDns } from '@gantry/dns';
import type { Informers } from '@gantry/informer';
import { createRoutedPodNetwork, startApiTunnel, startPeerRoutes, waitForPodRange, type PodNetwork } from '@gantry/kubelet/parts';
import type { Metrics } from '@gantry/platform/metrics';
import { createProxyMetrics, startProxy } from '@gantry/proxy';
import { API_TUNNEL } from '../network/settings.js';
import type { NodeSettings } from './messages.js';
import { upstreamsOf } from './resolvers.js';

export interface NodeNetworkOptions {
  readonly config: NodeSettings;
  readonly bus: Bus;
  readonly informers: Informers;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What the user should know though the node serves. */
  readonly warn: (text: string) => void;
  /** Whether pods reach the API through the node. */
  readonly apiTunnel: boolean;
}

interface Part {
  stop(): Promise<void>;
}

/** What a node's pods need of the network: addresses of their own, ways to other nodes' pods, Services, names, and the API. */
export class NodeNetwork {
  #parts: Part[] = [];
  readonly #measures;

  constructor(private readonly options: NodeNetworkOptions) {
    this.#measures = { proxy: createProxyMetrics(options.metrics), dns: createDnsMetrics(options.metrics) };
  }

  /** Once the node has its share of the pods' range; may be called again after it rejected. */
  async make(signal: AbortSignal): Promise<PodNetwork> {
    const { config, informers, logger } = this.options;
    const podCidr = await waitForPodRange(informers.informer(NODES), config.nodeName, signal);
    const network = await createRoutedPodNetwork({ netns: 'current', podCidr, clusterCidr: config.network.podCidr, nodeAddresses: [config.nodeAddress], directory: join(config.dataDirectory, 'addresses'), logger });
    try {
      await this.#startParts(podCidr);
    } catch (error) {
      await this.stop();
      throw error;
    }
    logger.info({ component: 'kubelet', podCidr }, 'the pod network is made');
    return network;
  }

  /** Rules and routes stay, so that connections go on while this process is replaced. */
  async stop(): Promise<void> {
    const parts = this.#parts;
    this.#parts = [];
    await Promise.all(parts.map((part) => part.stop()));
  }

  /** A pod that starts finds everything in place. */
  async #startParts(podCidr: string): Promise<void> {
    const { config, bus, informers, logger, apiTunnel } = this.options;
    const { nodeName } = config;
    this.#parts.push(startPeerRoutes({ nodes: informers.informer(NODES), nodeName, clock: systemClock, logger: logger.child({ component: 'routes' }) }));
    if (apiTunnel) this.#parts.push(await startApiTunnel({ bus, nodeName, ...API_TUNNEL, logger: logger.child({ component: 'api-tunnel' }) }));
    await Promise.all([this.#startProxy(podCidr), this.#startDns()]);
  }

  async #startProxy(podCidr: string): Promise<void> {
    const { config, informers, logger, warn } = this.options;
    const { podCidr: clusterCidr, serviceCidr, clusterDns } = config.network;
    const proxy = await startProxy({
      informers, podCidr, clusterCidr, serviceCidr,
      nodeName: config.nodeName,
      nodeAddresses: [config.nodeAddress],
      ownServiceAddresses: [clusterDns],
      logger: logger.child({ component: 'proxy' }),
      metrics: this.#measures.proxy,
    });
    this.#parts.push(proxy);
    await proxy.ready;
    for (const text of proxy.warnings) warn(text);
  }

  async #startDns(): Promise<void> {
    const { config, informers, logger, warn } = this.options;
    const { podCidr: clusterCidr, serviceCidr, clusterDns, clusterDomain } = config.network;
    const upstreams = upstreamsOf(config);
    if (upstreams.length === 0) warn('pods resolve names of the cluster and no others: this machine has no resolver of IPv4 in /etc/resolv.conf.');
    const dns = startDns({ informers, address: clusterDns, clusterDomain, clusterCidr, serviceCidr, upstreams, logger: logger.child({ component: 'dns' }), metrics: this.#measures.dns });
    this.#parts.push(dns);
    await dns.ready;
  }
}
