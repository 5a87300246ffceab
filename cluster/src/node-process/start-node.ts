import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@gantry/async';
import { connectSocketBus, encodeToken, type Bus } from '@gantry/bus';
import { createBusTransport, createClient, SERVICES, type Client } from '@gantry/client';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { createDockerRuntime } from '@gantry/container-runtime/docker';
import { createInformers } from '@gantry/informer';
import { addNodeAddresses, startKubelet } from '@gantry/kubelet/parts';
import { createLogger } from '@gantry/platform';
import { API_TUNNEL } from '../network/settings.js';
import type { NodeProcessConfig } from './messages.js';
import { NodeNetwork } from './node-network.js';
import { writePodResolvConf } from './resolvers.js';

/** A standalone cluster's node, inside its network namespace. */
export interface RunningNode {
  stop(endPods: boolean): Promise<void>;
}

/**
 * Connects to the cluster's bus and runs the node's parts. Resolves when the node is registered; `warn` is told, then or later, what the
 * user should know though the node serves. Without Nest, unlike the other services: a child a node is to be small.
 */
export async function startNode(config: NodeProcessConfig, warn: (text: string) => void): Promise<RunningNode> {
  const nodeLogger = createLogger({ level: config.logLevel }).child({ node: config.nodeName });
  const logger = nodeLogger.child({ component: 'kubelet' });
  const bus = await connectSocketBus({ path: config.busSocket, token: config.busToken, logger });
  const client = createClient(createBusTransport({ bus, subjectPrefix: `api.node.${encodeToken(config.nodeName)}` }));
  const informers = createInformers({ client, logger });
  const routed = await canRoute(config, warn);
  const runtime = dockerRuntime(config, routed ? 'none' : 'bridge');
  const network = new NodeNetwork({ config, bus, informers, logger: nodeLogger, warn });
  const kubelet = await startKubelet({ ...kubeletOptions(config, client, bus, logger), ...(routed ? await clusterNetwork(config, network) : withoutNetwork), services: informers.informer(SERVICES), runtime });
  informers.start();
  await kubelet.ready;
  logger.info({ pid: process.pid, address: config.nodeAddress }, 'the node serves');
  return {
    stop: async (endPods) => {
      await kubelet.stop({ endPods });
      await network.stop();
      await informers.stop();
      await runtime.close();
      await bus.close();
    },
  };
}

/** Where the machine does not allow it, pods still run, on addresses that the engine gives. */
async function canRoute({ network }: NodeProcessConfig, warn: (text: string) => void): Promise<boolean> {
  try {
    await addNodeAddresses([network.clusterDns, API_TUNNEL.address]);
    return true;
  } catch (error) {
    warn(`pods are on the engine's bridge, without addresses of the cluster: the pod network cannot be set up (${(error as Error).message}).`);
    return false;
  }
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

function kubeletOptions(config: NodeProcessConfig, client: Client, bus: Bus, logger: Logger) {
  return {
    client,
    bus,
    logger,
    nodeName: config.nodeName,
    dataDir: config.dataDirectory,
    capacity: config.capacity,
    addresses: [
      { type: 'InternalIP', address: config.nodeAddress },
      { type: 'Hostname', address: config.nodeName },
    ],
    labels: config.labels,
    kubeletVersion: config.kubeletVersion,
    forbiddenPaths: [config.engineSocket],
  };
}

/** Pods have addresses of the cluster and resolve its names. */
async function clusterNetwork({ network: { clusterDns, clusterDomain }, dataDirectory }: NodeProcessConfig, network: NodeNetwork) {
  const resolvConfPath = join(dataDirectory, 'resolv.conf');
  await writePodResolvConf(resolvConfPath, clusterDns);
  return { network: (signal: AbortSignal) => network.make(signal), clusterDns: [clusterDns], clusterDomain, resolvConfPath };
}

const withoutNetwork = { network: undefined };
