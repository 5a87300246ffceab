import type { coreV1 } from '@gantry/api-types';
import type { Quantity } from '@gantry/apimachinery';
import { addTo, amountsOf, raiseTo } from './amounts.js';

type Part = 'requests' | 'limits';

/** What can be asked for a pod as a whole. */
function isPodLevel(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/**
 * What a pod requests, or its limits: of all containers together, or, where that is more, of the one init container that needs most, with
 * the sidecars that were started before it (KEP-753); what the pod asks for as a whole overrides that (KEP-2837).
 */
export function podResources({ containers, initContainers = [], resources }: coreV1.PodSpec, part: Part): Map<string, Quantity> {
  const sum = new Map<string, Quantity>();
  for (const container of containers) addTo(sum, amountsOf(container.resources?.[part]));
  const sidecars = new Map<string, Quantity>();
  const most = new Map<string, Quantity>();
  for (const container of initContainers) {
    const own = amountsOf(container.resources?.[part]);
    if (container.restartPolicy === 'Always') {
      addTo(sum, own);
      addTo(sidecars, own);
      raiseTo(most, sidecars);
    } else {
      addTo(own, sidecars);
      raiseTo(most, own);
    }
  }
  raiseTo(sum, most);
  for (const [name, quantity] of amountsOf(resources?.[part])) if (isPodLevel(name)) sum.set(name, quantity);
  return sum;
}

/** As `podResources`, with what running the pod itself costs (KEP-688). */
export function podResourcesWithOverhead(spec: coreV1.PodSpec, part: Part): Map<string, Quantity> {
  const sum = podResources(spec, part);
  for (const [name, quantity] of amountsOf(spec.overhead)) {
    const before = sum.get(name);
    if (part === 'requests' || (before !== undefined && !before.isZero)) sum.set(name, before?.add(quantity) ?? quantity);
  }
  return sum;
}
