import type { coreV1 } from '@gantry/api-types';
import { onAbort } from '@gantry/async';
import type { Informer } from '@gantry/informer';

/** Waits until the node has its share of the pods' range; rejects when `signal` aborts before. */
export function waitForPodRange(nodes: Informer<coreV1.Node>, nodeName: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (node: coreV1.Node): void => {
      const range = node.metadata?.name === nodeName ? podRangeOf(node) : undefined;
      if (range === undefined) return;
      queueMicrotask(() => detach());
      release();
      resolve(range);
    };
    const release = onAbort(signal, (reason) => {
      queueMicrotask(() => detach());
      reject(reason);
    });
    const detach = nodes.addHandler({ add: look, update: look });
  });
}

/** The IPv4 range of a node's pods; undefined when it has none. */
export function podRangeOf({ spec }: coreV1.Node): string | undefined {
  const ranges = spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);
  return ranges.find((range) => range.includes('.'));
}
