import type { Logger } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import { NODES, type Client } from '@gantry/client';
import type { Machine } from '../machine/machine.js';
import type { NetworkSettings } from '../network/settings.js';
import type { Stack } from '../stack.js';
import type { Places } from '../state/places.js';
import { startHollowNode } from './hollow-node.js';
import { nodeNames } from './node-names.js';
import { waitUntilReady } from './readiness.js';
import { startRealNodes } from './real-nodes.js';
import { removeSurplusNodes } from './surplus-nodes.js';

export interface NodesOptions {
  readonly bus: Bus;
  readonly client: Client;
  readonly machine: Machine;
  readonly places: Places;
  readonly cluster: string;
  /** How many. */
  readonly nodes: number;
  readonly network: NetworkSettings;
  readonly logger: Logger;
  readonly stack: Stack;
  readonly onWarning: (text: string) => void;
}

export interface Nodes {
  readonly names: readonly string[];
  /** Process ids of the children, by node. */
  readonly processes: Readonly<Record<string, number>>;
}

const READY_TIMEOUT_MS = 60_000;

/** Starts the cluster's nodes, all at once, and waits until the API says of each that it is Ready. */
export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const { machine } = options;
  await removeSurplusNodes(options);
  const names = nodeNames(machine.runtime === 'docker' ? options.nodes : 1);
  const processes = machine.runtime === 'docker' ? await startRealNodes(options, machine, names) : await startHollowNode(options, names[0] ?? '');
  await Promise.all(names.map((name) => waitUntilReady(options.client.resource(NODES), name, READY_TIMEOUT_MS)));
  return { names, processes };
}
