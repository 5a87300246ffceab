import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeToken } from '@gantry/bus';
import { createBusTransport, createClient } from '@gantry/client';
import { createHollowRuntime } from '@gantry/container-runtime';
import { machineTotals } from '../machine/machine.js';
import { KUBELET_VERSION } from '../version.js';
import { capacityOf } from './capacity.js';
import type { NodesOptions } from './options.js';

/** The node of a machine that cannot run containers: its pods exist in their status alone. It has no process of its own. */
export async function startHollowNode(options: NodesOptions, name: string): Promise<Record<string, number>> {
  const logger = options.logger.child({ component: 'kubelet', node: name });
  const [{ KubeletModule }, { startService }] = await Promise.all([import('@gantry/kubelet'), import('@gantry/platform/nest')]);
  const dataDir = join(options.places.nodes, name);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const service = await startService(
    KubeletModule.register({
      client: createClient(createBusTransport({ bus: options.bus, subjectPrefix: `api.node.${encodeToken(name)}` })),
      bus: options.bus,
      runtime: createHollowRuntime({}),
      nodeName: name,
      dataDir,
      capacity: capacityOf(machineTotals(), 1),
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
