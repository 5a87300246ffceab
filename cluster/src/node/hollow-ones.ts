import { encodeToken } from '@gantry/bus';
import { createBusTransport, createClient } from '@gantry/client';
import { startHollowNodes } from '@gantry/kubelet/hollow';
import { componentClient } from '../control-plane.js';
import { KUBELET_VERSION } from '../version.js';
import { nodeNames } from './node-names.js';
import type { NodesOptions } from './options.js';

const LABEL = 'gantry.io/hollow';
/** What a hollow node says that it has: no machine stands behind it. */
const CAPACITY = { cpu: '4', memory: '16Gi', pods: '110' };

/** Nodes beside the real ones, for many nodes on one machine. Only pods that tolerate them come to them. Resolves when they are registered. */
export async function startHollowOnes({ bus, hollow, logger, stack }: NodesOptions): Promise<void> {
  const nodes = startHollowNodes({
    names: nodeNames(hollow, 'hollow'),
    bus,
    client: componentClient(bus, 'cluster'),
    clientOf: (name) => createClient(createBusTransport({ bus, subjectPrefix: `api.node.${encodeToken(name)}` })),
    capacity: CAPACITY,
    labels: { [LABEL]: 'true' },
    taints: [{ key: LABEL, value: 'true', effect: 'NoSchedule' }],
    kubeletVersion: KUBELET_VERSION,
    logger: logger.child({ component: 'kubelet' }),
  });
  stack.push('hollow nodes', () => nodes.stop());
  await nodes.ready;
}
