import type { coreV1 } from '@gantry/api-types';
import type { ResourceClient } from '@gantry/client';
import { ClusterError } from '../options.js';

/** Follows the node until its condition Ready is True. */
export async function waitUntilReady(nodes: ResourceClient<coreV1.Node>, name: string, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    while (!(await becomesReady(nodes, name, signal)));
    return;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  throw new ClusterError(`node ${name} was not Ready within ${timeoutMs / 1000} s`, 'its log says why: gantry logs kubelet');
}

/** False when the watch ended before the node was Ready: it is begun again. */
async function becomesReady(nodes: ResourceClient<coreV1.Node>, name: string, signal: AbortSignal): Promise<boolean> {
  const fieldSelector = `metadata.name=${name}`;
  const list = await nodes.list({ fieldSelector, signal });
  if (list.items.some(isReady)) return true;
  for await (const event of nodes.watch({ fieldSelector, resourceVersion: list.metadata.resourceVersion ?? '', signal })) {
    if (event.type !== 'BOOKMARK' && event.type !== 'DELETED' && isReady(event.object)) return true;
  }
  return false;
}

function isReady(node: coreV1.Node): boolean {
  return node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}
