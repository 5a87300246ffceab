import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@gantry/async';
import { createSocketBusServer, encodeToken, type Bus } from '@gantry/bus';
import { createBusTransport, createClient, NODES, type Client } from '@gantry/client';
import { createHollowRuntime } from '@gantry/container-runtime';
import { ensureNodeContainer, homeLabel, stopNodeContainers, type NodeContainer } from '@gantry/container-runtime/docker';
import type { NodeProcessConfig } from '@gantry/kubelet/process';
import { machineTotals, type Machine } from '../machine/machine.js';
import type { Stack } from '../stack.js';
import type { Places } from '../state/places.js';
import { NodeProcess } from './node-process.js';
import { KUBELET_VERSION } from '../version.js';
import { waitUntilReady } from './readiness.js';

export interface NodesOptions {
  readonly bus: Bus;
  readonly client: Client;
  readonly machine: Machine;
  readonly places: Places;
  readonly cluster: string;
  readonly logger: Logger;
  readonly stack: Stack;
  readonly onWarning: (text: string) => void;
}

export interface Nodes {
  readonly names: readonly string[];
  /** Process ids of the children, by node. */
  readonly processes: Readonly<Record<string, number>>;
}

const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
const CLUSTER_CIDR = '10.244.0.0/16';
const MAX_PODS = 110;
const READY_TIMEOUT_MS = 60_000;

/** Starts the cluster's nodes (one, in this version) and waits until the API says Ready. */
export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const name = 'node-1';
  const processes = options.machine.runtime === 'docker' ? await startDockerNode(options, options.machine, name) : await startHollowNode(options, name);
  await waitUntilReady(options.client.resource(NODES), name, READY_TIMEOUT_MS);
  return { names: [name], processes };
}

async function startDockerNode(options: NodesOptions, machine: Machine & { runtime: 'docker' }, name: string): Promise<Record<string, number>> {
  const { places, cluster, logger, stack } = options;
  const token = randomBytes(24).toString('base64url');
  const server = await createSocketBusServer({ bus: options.bus, path: places.busSocket, authorize: nodeIdentity(name, token) });
  stack.push('node socket', () => server.close());
  stack.push('node containers', () => stopNodeContainers(machine.socketPath, cluster, places.homeHash));
  const dataDirectory = join(places.nodes, name);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const child = new NodeProcess({
    nodeName: name,
    output: join(places.logs, `${name}.log`),
    logger,
    onWarning: options.onWarning,
    prepare: async () => {
      const container = await ensureNodeContainer({ socketPath: machine.socketPath, cluster, home: places.homeHash, node: name, image: PAUSE_IMAGE });
      return { namespacePid: container.pid, config: nodeConfig(options, machine, { name, token, dataDirectory, container }) };
    },
  });
  stack.push(name, () => child.stop(true));
  await child.start();
  return child.pid === undefined ? {} : { [name]: child.pid };
}

interface NodeIdentity {
  readonly name: string;
  readonly token: string;
  readonly dataDirectory: string;
  readonly container: NodeContainer;
}

function nodeConfig(options: NodesOptions, machine: Machine & { runtime: 'docker' }, { name, token, dataDirectory, container }: NodeIdentity): NodeProcessConfig {
  const { places, cluster } = options;
  return {
    cluster,
    nodeName: name,
    busSocket: places.busSocket,
    busToken: token,
    dataDirectory,
    logLevel: 'info',
    engineSocket: machine.socketPath,
    networkContainer: container.id,
    pauseImage: PAUSE_IMAGE,
    nodeAddress: container.address,
    podCidr: '10.244.1.0/24',
    clusterCidr: CLUSTER_CIDR,
    capacity: { cpus: machine.engine.cpus, memoryBytes: machine.engine.memoryBytes, pods: MAX_PODS },
    labels: {},
    containerLabels: homeLabel(places.homeHash),
    kubeletVersion: KUBELET_VERSION,
  };
}

async function startHollowNode(options: NodesOptions, name: string): Promise<Record<string, number>> {
  const logger = options.logger.child({ component: 'kubelet', node: name });
  const [{ KubeletModule }, { startService }] = await Promise.all([import('@gantry/kubelet'), import('@gantry/platform/nest')]);
  const { cpus, memoryBytes } = machineTotals();
  const dataDir = join(options.places.nodes, name);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const service = await startService(
    KubeletModule.register({
      client: createClient(createBusTransport({ bus: options.bus, subjectPrefix: `api.node.${encodeToken(name)}` })),
      bus: options.bus,
      runtime: createHollowRuntime({}),
      nodeName: name,
      dataDir,
      capacity: { cpu: String(cpus), memory: `${Math.floor(memoryBytes / 1024)}Ki`, pods: String(MAX_PODS) },
      network: undefined,
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }, { type: 'Hostname', address: name }],
      labels: { 'gantry.io/hollow': 'true' },
      kubeletVersion: KUBELET_VERSION,
      logger,
      endPods: () => true,
    }),
    logger,
  );
  options.stack.push(name, () => service.close());
  return {};
}

/** A node's connection may use its own subjects and nothing else. */
function nodeIdentity(name: string, token: string) {
  const node = encodeToken(name);
  return (presented: string) =>
    presented === token ? { name, publish: [`api.node.${node}.>`], subscribe: [`node.${node}.>`] } : undefined;
}
