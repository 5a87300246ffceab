import type { coreV1 } from '@gantry/api-types';
import type { Quantity } from '@gantry/apimachinery';
import { quantityOrNone } from '../pod-spec/quantities.js';

/** The classes of quality of service, by what a pod requests and where its limits are. */
export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const computeResources = ['cpu', 'memory'] as const;

/** The class of a pod: Guaranteed when every container has limits of cpu and memory and requests them, BestEffort when none has any. */
export function qosClassOf({ resources, containers, initContainers = [] }: coreV1.PodSpec): QosClass {
  const parts = resources === undefined ? [...containers, ...initContainers].map((container) => container.resources ?? {}) : [resources];
  const requests = sumOf(parts.map((part) => part.requests));
  const limits = sumOf(parts.map((part) => part.limits));
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const limited = parts.every((part) => computeResources.every((name) => isPositive(part.limits?.[name])));
  const equal = requests.size === limits.size && [...requests].every(([name, request]) => limits.get(name)?.equals(request) === true);
  return limited && equal ? 'Guaranteed' : 'Burstable';
}

function isPositive(text: string | undefined): boolean {
  return (quantityOrNone(text)?.nanos ?? 0n) > 0n;
}

function sumOf(lists: readonly (Readonly<Record<string, string>> | undefined)[]): Map<string, Quantity> {
  const sums = new Map<string, Quantity>();
  for (const list of lists) {
    for (const name of computeResources) {
      const quantity = quantityOrNone(list?.[name]);
      if (quantity !== undefined && quantity.nanos > 0n) sums.set(name, sums.get(name)?.add(quantity) ?? quantity);
    }
  }
  return sums;
}
