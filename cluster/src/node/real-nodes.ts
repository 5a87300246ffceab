import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSocketBusServer } from '@gantry/bus';
import type { DockerMachine, OciMachine } from '../machine/machine.js';
import type { NodeProcessConfig } from '../node-process/messages.js';
import { KUBELET_VERSION } from '../version.js';
import { capacityOf } from './capacity.js';
import type { NodeGround, NodePlace } from './ground.js';
import { ensureNodeKey, identifyNodes } from './node-key.js';
import { NodeProcess } from './node-process.js';
import type { NodesOptions } from './options.js';

interface RealNode {
  readonly name: string;
  readonly key: string;
  readonly directory: string;
}

/** Nodes whose pods are containers, each a network namespace and a process in that. Returns their processes' ids. */
export async function startRealNodes(options: NodesOptions, machine: DockerMachine | OciMachine, names: readonly string[]): Promise<Record<string, number>> {
  const { bus, places, stack, logger } = options;
  const ground = await groundOf(machine, options);
  const nodes = await Promise.all(names.map((name) => prepareNode(join(places.nodes, name), name)));
  const server = await createSocketBusServer({ bus, path: places.busSocket, authorize: identifyNodes(new Map(nodes.map(({ name, key }) => [name, key]))), logger });
  stack.push('node socket', () => server.close());
  stack.push("nodes' networks", () => ground.stop());
  const ids = (): Record<string, number> => Object.fromEntries(processes.flatMap(({ pid }, index) => (pid === undefined ? [] : [[names[index], pid]])));
  const processes = nodes.map((node) => nodeProcess(options, ground, node, names.length, () => options.onRestart(ids())));
  stack.push('nodes', () => Promise.all(processes.map((process) => process.stop(true))));
  await Promise.all(processes.map((process) => process.start()));
  return ids();
}

/** Loads what this machine has and nothing of the other: the client of an engine is large. */
async function groundOf(machine: DockerMachine | OciMachine, options: NodesOptions): Promise<NodeGround> {
  if (machine.runtime === 'docker') return (await import('./docker-ground.js')).dockerGround(machine, options);
  return (await import('./oci-ground.js')).ociGround(machine, options);
}

async function prepareNode(directory: string, name: string): Promise<RealNode> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return { name, directory, key: await ensureNodeKey(directory) };
}

function nodeProcess(options: NodesOptions, ground: NodeGround, node: RealNode, count: number, onRestart: () => void): NodeProcess {
  const { places, logger, onWarning } = options;
  return new NodeProcess({
    nodeName: node.name,
    output: join(places.logs, `${node.name}.log`),
    logger,
    onWarning,
    onRestart,
    prepare: async () => {
      const place = await ground.prepare(node.name);
      return { namespace: place.namespace, config: nodeConfig(options, ground, node, place, count) };
    },
  });
}

function nodeConfig({ places, cluster, network }: NodesOptions, { totals }: NodeGround, node: RealNode, place: NodePlace, count: number): NodeProcessConfig {
  return {
    cluster,
    nodeName: node.name,
    busSocket: places.busSocket,
    busToken: node.key,
    dataDirectory: node.directory,
    logLevel: 'info',
    runtime: place.runtime,
    nodeAddress: place.address,
    network,
    capacity: capacityOf(totals, count),
    labels: {},
    kubeletVersion: KUBELET_VERSION,
  };
}
