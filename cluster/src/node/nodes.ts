import { NODES } from '@gantry/client';
import { nodeNames } from './node-names.js';
import type { NodesOptions } from './options.js';
import { waitUntilReady } from './readiness.js';
import { removeSurplusNodes } from './surplus-nodes.js';

export interface Nodes {
  readonly names: readonly string[];
  /** Process ids of the children, by node. */
  readonly processes: Readonly<Record<string, number>>;
  /** How many hollow ones there are beside those with names. */
  readonly hollow: number;
}

const READY_TIMEOUT_MS = 60_000;

/** Starts the cluster's nodes, all at once, and waits until the API says of each that it is Ready. */
export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const { machine, hollow } = options;
  await removeSurplusNodes(options);
  const names = nodeNames(machine.runtime === 'hollow' ? 1 : options.nodes);
  const starting = startNamed(options, names);
  const [processes] = await Promise.all([starting, startBesides(options)]);
  await Promise.all(names.map((name) => waitUntilReady(options.client.resource(NODES), name, READY_TIMEOUT_MS)));
  return { names, processes, hollow };
}

/** Loads what this machine can run and nothing of the others: the client of an engine is large. */
async function startNamed(options: NodesOptions, names: readonly string[]): Promise<Record<string, number>> {
  const { machine } = options;
  if (machine.runtime === 'hollow') return (await import('./hollow-node.js')).startHollowNode(options, names[0] ?? '');
  return (await import('./real-nodes.js')).startRealNodes(options, machine, names);
}

/** Loads what hollow nodes need only where there are some. */
async function startBesides(options: NodesOptions): Promise<void> {
  if (options.hollow === 0) return;
  const { startHollowOnes } = await import('./hollow-ones.js');
  await startHollowOnes(options);
}
