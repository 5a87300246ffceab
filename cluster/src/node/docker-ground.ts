import { ensureNodeContainer, homeLabel, stopNodeContainers } from '@gantry/container-runtime/docker';
import type { DockerMachine } from '../machine/machine.js';
import type { NodeGround } from './ground.js';
import { nodeNumber } from './node-names.js';
import type { NodesOptions } from './options.js';

const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';

/** Nodes are containers on a network of the engine's, which does address translation and has a firewall. */
export function dockerGround({ socketPath, engine }: DockerMachine, { cluster, places }: Pick<NodesOptions, 'cluster' | 'places'>): NodeGround {
  return {
    totals: engine,
    async prepare(node) {
      const container = await ensureNodeContainer({ socketPath, cluster, home: places.homeHash, node, image: PAUSE_IMAGE, position: nodeNumber(node) });
      return {
        namespace: `/proc/${container.pid}/ns/net`,
        address: container.address,
        runtime: { kind: 'docker', engineSocket: socketPath, networkContainer: container.id, pauseImage: PAUSE_IMAGE, containerLabels: homeLabel(places.homeHash) },
      };
    },
    stop: () => stopNodeContainers(socketPath, cluster, places.homeHash),
  };
}
