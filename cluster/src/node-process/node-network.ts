import { join } from 'node:path';
import { systemClock, type Logger } from '@gantry/async';
import { NODES } from '@gantry/client';
import type { Informers } from '@gantry/informer';
import { createRoutedPodNetwork, startPeerRoutes, waitForPodRange, type PodNetwork } from '@gantry/kubelet/parts';
import type { NodeProcessConfig } from './messages.js';

export interface NodeNetworkOptions {
  readonly config: NodeProcessConfig;
  readonly informers: Informers;
  readonly logger: Logger;
  /** What the user should know though the node serves. */
  readonly warn: (text: string) => void;
}

interface Part {
  stop(): Promise<void>;
}

/** What a node's pods need of the network: their own range, ways to other nodes'. */
export class NodeNetwork {
  readonly #parts: Part[] = [];
  #started = false;

  constructor(private readonly options: NodeNetworkOptions) {}

  /** Once the node has its share of the pods' range; may be called again after it rejected. */
  async make(signal: AbortSignal): Promise<PodNetwork> {
    const { config, informers, logger } = this.options;
    const podCidr = await waitForPodRange(informers.informer(NODES), config.nodeName, signal);
    const network = await createRoutedPodNetwork({ netns: 'current', podCidr, clusterCidr: config.network.podCidr, directory: join(config.dataDirectory, 'addresses'), logger });
    if (!this.#started) this.#startParts();
    this.#started = true;
    logger.info({ podCidr }, 'the pod network is made');
    return network;
  }

  /** Rules and routes stay, so that connections go on while this process is replaced. */
  async stop(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.stop()));
  }

  #startParts(): void {
    const { config, informers, logger } = this.options;
    this.#parts.push(startPeerRoutes({ nodes: informers.informer(NODES), nodeName: config.nodeName, clock: systemClock, logger }));
  }
}
