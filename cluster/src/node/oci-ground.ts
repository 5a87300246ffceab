import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { machineTotals, type OciMachine } from '../machine/machine.js';
import { ensureMachineNetwork, ensureNodeNamespace, removeMachineNetwork } from '../machine-network/machine-network.js';
import { networkNames } from '../machine-network/names.js';
import type { NodeRange } from '../machine-network/ranges.js';
import type { NodeGround } from './ground.js';
import { nodeNumber } from './node-names.js';
import { NodeResolvers } from './node-resolvers.js';
import type { NodesOptions } from './options.js';

/** Nodes are network namespaces with a name, on a bridge of the machine's; containers run without an engine. */
export function ociGround({ programs }: OciMachine, { places }: Pick<NodesOptions, 'places'>): NodeGround {
  const names = networkNames(places.instance);
  const resolvers = new NodeResolvers();
  let making: Promise<NodeRange> | undefined;
  /** Nodes that start together share it. */
  const network = (): Promise<NodeRange> => (making ??= ensureMachineNetwork(names).finally(() => (making = undefined)));
  return {
    totals: machineTotals(),
    async prepare(node) {
      const root = join(places.containers, node);
      // Before the network: that there are containers, or were, is what a delete goes by.
      await mkdir(root, { recursive: true, mode: 0o700 });
      const range = await network();
      const { namespace, address } = await ensureNodeNamespace(names, range, { name: node, position: nodeNumber(node) ?? 1 });
      return { namespace, address, runtime: { kind: 'oci', instance: places.instance, root, images: places.images, programs, resolvers: await resolvers.at(range.gateway) } };
    },
    async stop() {
      await resolvers.close();
      await removeMachineNetwork(names);
    },
  };
}
