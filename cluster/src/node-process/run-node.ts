import { join } from 'node:path';
import { onAbort, type Logger } from '@gantry/async';
import { encodeToken, type Bus } from '@gantry/bus';
import { createBusTransport, createClient, SERVICES, type Client } from '@gantry/client';
import { createInformers } from '@gantry/informer';
import { addNodeAddresses, startKubelet, type Kubelet, type StopOptions } from '@gantry/kubelet/parts';
import { createProcessMetrics } from '@gantry/platform/metrics';
import { API_TUNNEL } from '../network/settings.js';
import type { EngineMachine } from './engine-machine.js';
import type { NodeSettings } from './messages.js';
import { NodeNetwork } from './node-network.js';
import { createNodeRuntime, forbiddenPathsOf } from './node-runtime.js';
import { writePodResolvConf } from './resolvers.js';

export interface NodeParts {
  readonly settings: NodeSettings;
  /** With the node's identity; closed by whoever made it. */
  readonly bus: Bus;
  readonly logger: Logger;
  /** Told, then or later, what the user should know though the node serves. */
  readonly warn: (text: string) => void;
  /** Whether pods reach the API through the node, over the bus; else they reach it directly. */
  readonly apiTunnel: boolean;
  /** Aborted while it starts: what runs ends, pods included, and the start rejects. */
  readonly signal?: AbortSignal;
  /** Of the engine's machine, where that is seen from inside of a container: also what no pod may mount of it. */
  readonly engine?: EngineMachine & { readonly forbiddenPaths?: readonly string[]; readonly machineRoot?: string };
}

/** A node at work in the network namespace of this process. */
export interface RunningNode extends Pick<Kubelet, 'resize'> {
  stop(options?: StopOptions): Promise<void>;
}

/** Runs a node's parts: kubelet, proxy, DNS and the pods' network. Resolves when the node is registered. */
export async function runNode(parts: NodeParts): Promise<RunningNode> {
  const { settings, bus, apiTunnel, warn } = parts;
  const logger = parts.logger.child({ component: 'kubelet' });
  const client = createClient(createBusTransport({ bus, subjectPrefix: `api.node.${encodeToken(settings.nodeName)}` }));
  const informers = createInformers({ client, logger });
  const routed = await canRoute(parts);
  const runtime = await createNodeRuntime({ settings, routed, engine: parts.engine ?? {}, logger });
  const metrics = createProcessMetrics();
  const network = new NodeNetwork({ config: settings, bus, informers, logger: parts.logger, metrics, warn, apiTunnel });
  const kubelet = await startKubelet({ ...kubeletOptions(parts, client, logger), ...(routed ? await clusterNetwork(settings, network) : withoutNetwork), services: informers.informer(SERVICES), runtime, metrics });
  informers.start();
  const stop = async (options?: StopOptions): Promise<void> => {
    await kubelet.stop(options);
    await network.stop();
    await informers.stop();
    await runtime.close();
  };
  await registered(kubelet, parts.signal).catch(async (error: unknown) => {
    await stop({ endPods: true });
    throw error;
  });
  logger.info({ pid: process.pid, address: settings.nodeAddress }, 'the node serves');
  return { stop, resize: (capacity) => kubelet.resize(capacity) };
}

async function registered({ ready }: Kubelet, signal: AbortSignal | undefined): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const release = onAbort(signal, aborted.reject);
  await Promise.race([ready, aborted.promise]).finally(release);
}

/** Where the machine does not allow it, pods still run, on addresses that an engine gives. */
async function canRoute({ settings: { network, runtime }, apiTunnel, warn }: NodeParts): Promise<boolean> {
  try {
    await addNodeAddresses([network.clusterDns, ...(apiTunnel ? [API_TUNNEL.address] : [])]);
    return true;
  } catch (error) {
    if (runtime.kind !== 'docker') throw error;
    warn(`pods are on the engine's bridge, without addresses of the cluster: the pod network cannot be set up (${(error as Error).message}).`);
    return false;
  }
}

function kubeletOptions({ settings, bus, engine }: NodeParts, client: Client, logger: Logger) {
  return {
    client,
    bus,
    logger,
    nodeName: settings.nodeName,
    dataDir: settings.dataDirectory,
    capacity: settings.capacity,
    addresses: [
      { type: 'InternalIP', address: settings.nodeAddress },
      { type: 'Hostname', address: settings.nodeName },
    ],
    labels: settings.labels,
    kubeletVersion: settings.kubeletVersion,
    ...(engine?.machineRoot === undefined ? {} : { machineRoot: engine.machineRoot }),
    forbiddenPaths: [...forbiddenPathsOf(settings), ...(engine?.forbiddenPaths ?? [])],
  };
}

/** Pods have addresses of the cluster and resolve its names. */
async function clusterNetwork({ network: { clusterDns, clusterDomain }, dataDirectory }: NodeSettings, network: NodeNetwork) {
  const resolvConfPath = join(dataDirectory, 'resolv.conf');
  await writePodResolvConf(resolvConfPath, clusterDns);
  return { network: (signal: AbortSignal) => network.make(signal), clusterDns: [clusterDns], clusterDomain, resolvConfPath };
}

const withoutNetwork = { network: undefined };
