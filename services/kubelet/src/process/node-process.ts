import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { connectSocketBus, encodeToken, type Bus } from '@gantry/bus';
import { createBusTransport, createClient } from '@gantry/client';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { createDockerRuntime } from '@gantry/container-runtime/docker';
import { createLogger } from '@gantry/platform';
import type { Logger } from '@gantry/async';
import { startKubelet } from '../kubelet.js';
import { createRoutedPodNetwork } from '../network/routed-network.js';
import type { PodNetwork } from '../network/pod-network.js';
import type { NodeProcessConfig } from './messages.js';
import { preparePodNetwork } from './prepare-pod-network.js';

/** A standalone cluster's node, inside its network namespace. */
export interface RunningNode {
  /** What the user should know though the node serves, in sentences. */
  readonly warnings: readonly string[];
  stop(endPods: boolean): Promise<void>;
}

/**
 * Connects to the cluster's bus and runs the node's kubelet on Docker. Resolves when the node is registered. Without Nest,
 * unlike the other services: there is one part to construct, and a child a node that is to be small.
 */
export async function startNode(config: NodeProcessConfig): Promise<RunningNode> {
  const logger = createLogger({ level: config.logLevel }).child({ component: 'kubelet', node: config.nodeName });
  const bus = await connectSocketBus({ path: config.busSocket, token: config.busToken, logger });
  const { network, warnings } = await preparePodNetwork(() => routedNetwork(config, logger));
  const runtime = dockerRuntime(config, network === undefined ? 'bridge' : 'none');
  const kubelet = await startKubelet({ ...kubeletOptions(config, bus), runtime, network, logger });
  await kubelet.ready;
  logger.info({ pid: process.pid, address: config.nodeAddress, podCidr: network === undefined ? undefined : config.podCidr }, 'the node serves');
  return {
    warnings,
    stop: async (endPods) => {
      await kubelet.stop({ endPods });
      await runtime.close();
      await bus.close();
    },
  };
}

function dockerRuntime(config: NodeProcessConfig, podNetwork: 'none' | 'bridge'): ContainerRuntime {
  return createDockerRuntime({
    socketPath: config.engineSocket,
    cluster: config.cluster,
    node: config.nodeName,
    networkContainer: config.networkContainer,
    networkNamespace: readlinkSync('/proc/self/ns/net'),
    pauseImage: config.pauseImage,
    podNetwork,
    extraLabels: config.containerLabels,
  });
}

function kubeletOptions(config: NodeProcessConfig, bus: Bus) {
  const client = createClient(createBusTransport({ bus, subjectPrefix: `api.node.${encodeToken(config.nodeName)}` }));
  const { cpus, memoryBytes, pods } = config.capacity;
  return {
    client,
    bus,
    nodeName: config.nodeName,
    dataDir: config.dataDirectory,
    capacity: { cpu: String(cpus), memory: `${Math.floor(memoryBytes / 1024)}Ki`, pods: String(pods) },
    addresses: [
      { type: 'InternalIP', address: config.nodeAddress },
      { type: 'Hostname', address: config.nodeName },
    ],
    labels: config.labels,
    kubeletVersion: config.kubeletVersion,
    forbiddenPaths: [config.engineSocket],
  };
}

function routedNetwork(config: NodeProcessConfig, logger: Logger): Promise<PodNetwork> {
  return createRoutedPodNetwork({ netns: 'current', podCidr: config.podCidr, clusterCidr: config.clusterCidr, directory: join(config.dataDirectory, 'addresses'), logger });
}
