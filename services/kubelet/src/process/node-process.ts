import { join } from 'node:path';
import { connectSocketBus, encodeToken, type Bus } from '@gantry/bus';
import { createBusTransport, createClient } from '@gantry/client';
import { createDockerRuntime } from '@gantry/container-runtime/docker';
import { createLogger } from '@gantry/platform';
import { startService, type ServiceApplication } from '@gantry/platform/nest';
import type { Logger } from '@gantry/async';
import { KubeletModule } from '../kubelet.module.js';
import { createRoutedPodNetwork } from '../network/routed-network.js';
import type { PodNetwork } from '../network/pod-network.js';
import type { NodeProcessConfig } from './messages.js';

/** A standalone cluster's node, inside its network namespace. */
export interface RunningNode {
  stop(endPods: boolean): Promise<void>;
}

/** Connects to the cluster's bus and runs the node's kubelet on Docker. Resolves when the node is registered. */
export async function startNode(config: NodeProcessConfig): Promise<RunningNode> {
  const logger = createLogger({ level: config.logLevel }).child({ component: 'kubelet', node: config.nodeName });
  const bus = await connectSocketBus({ path: config.busSocket, token: config.busToken, logger });
  const runtime = createDockerRuntime({
    socketPath: config.engineSocket,
    cluster: config.cluster,
    node: config.nodeName,
    networkContainer: config.networkContainer,
    pauseImage: config.pauseImage,
    extraLabels: config.containerLabels,
  });
  let endPods = false;
  const service = await startService(KubeletModule.register({ ...kubeletOptions(config, bus), runtime, network: await network(config, logger), logger, endPods: () => endPods }), logger);
  return {
    stop: async (how) => {
      endPods = how;
      await stopAll(service, bus, () => runtime.close());
    },
  };
}

async function stopAll(service: ServiceApplication, bus: Bus, closeRuntime: () => Promise<void>): Promise<void> {
  await service.close();
  await closeRuntime();
  await bus.close();
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

async function network(config: NodeProcessConfig, logger: Logger): Promise<PodNetwork | undefined> {
  return createRoutedPodNetwork({ netns: 'current', podCidr: config.podCidr, clusterCidr: config.clusterCidr, directory: join(config.dataDirectory, 'addresses'), logger });
}
