import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSocketBusServer } from '@gantry/bus';
import { ensureNodeContainer, homeLabel, stopNodeContainers, type NodeContainer } from '@gantry/container-runtime/docker';
import type { Machine } from '../machine/machine.js';
import type { NodeProcessConfig } from '../node-process/messages.js';
import { KUBELET_VERSION } from '../version.js';
import { capacityOf } from './capacity.js';
import { ensureNodeKey, identifyNodes } from './node-key.js';
import { nodeNumber } from './node-names.js';
import { NodeProcess } from './node-process.js';
import type { NodesOptions } from './options.js';

const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';

type DockerMachine = Machine & { runtime: 'docker' };

interface RealNode {
  readonly name: string;
  readonly key: string;
  readonly directory: string;
}

/** Nodes whose pods are containers, each a container for its network and a process in that. Returns their processes' ids. */
export async function startRealNodes(options: NodesOptions, machine: DockerMachine, names: readonly string[]): Promise<Record<string, number>> {
  const { bus, places, cluster, stack, logger } = options;
  const nodes = await Promise.all(names.map((name) => prepareNode(join(places.nodes, name), name)));
  const server = await createSocketBusServer({ bus, path: places.busSocket, authorize: identifyNodes(new Map(nodes.map(({ name, key }) => [name, key]))), logger });
  stack.push('node socket', () => server.close());
  stack.push('node containers', () => stopNodeContainers(machine.socketPath, cluster, places.homeHash));
  const ids = (): Record<string, number> => Object.fromEntries(processes.flatMap(({ pid }, index) => (pid === undefined ? [] : [[names[index], pid]])));
  const processes = nodes.map((node) => nodeProcess(options, machine, node, names.length, () => options.onRestart(ids())));
  stack.push('nodes', () => Promise.all(processes.map((process) => process.stop(true))));
  await Promise.all(processes.map((process) => process.start()));
  return ids();
}

async function prepareNode(directory: string, name: string): Promise<RealNode> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return { name, directory, key: await ensureNodeKey(directory) };
}

function nodeProcess(options: NodesOptions, machine: DockerMachine, node: RealNode, count: number, onRestart: () => void): NodeProcess {
  const { places, cluster, logger, onWarning } = options;
  return new NodeProcess({
    nodeName: node.name,
    output: join(places.logs, `${node.name}.log`),
    logger,
    onWarning,
    onRestart,
    prepare: async () => {
      const container = await ensureNodeContainer({ socketPath: machine.socketPath, cluster, home: places.homeHash, node: node.name, image: PAUSE_IMAGE, position: nodeNumber(node.name) });
      return { namespacePid: container.pid, config: nodeConfig(options, machine, node, container, count) };
    },
  });
}

function nodeConfig({ places, cluster, network }: NodesOptions, machine: DockerMachine, node: RealNode, container: NodeContainer, count: number): NodeProcessConfig {
  return {
    cluster,
    nodeName: node.name,
    busSocket: places.busSocket,
    busToken: node.key,
    dataDirectory: node.directory,
    logLevel: 'info',
    engineSocket: machine.socketPath,
    networkContainer: container.id,
    pauseImage: PAUSE_IMAGE,
    nodeAddress: container.address,
    network,
    capacity: capacityOf(machine.engine, count),
    labels: {},
    containerLabels: homeLabel(places.homeHash),
    kubeletVersion: KUBELET_VERSION,
  };
}
