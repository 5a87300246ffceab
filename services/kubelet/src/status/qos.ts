import { parseQuantity } from '@gantry/apimachinery';
import { containersOf, initContainersOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COUNTED = ['cpu', 'memory'] as const;

/** Guaranteed: every container's limits are set and its requests equal them. BestEffort: none asks for anything. */
export function qosClass(pod: Pod): QosClass {
  const containers = [...initContainersOf(pod), ...containersOf(pod)];
  if (containers.every((container) => !asks(container))) return 'BestEffort';
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function asks(container: Container): boolean {
  return COUNTED.some((name) => positive(container.resources?.requests?.[name]) || positive(container.resources?.limits?.[name]));
}

function isGuaranteed(container: Container): boolean {
  return COUNTED.every((name) => {
    const limit = container.resources?.limits?.[name];
    const request = container.resources?.requests?.[name] ?? limit;
    return limit !== undefined && request !== undefined && positive(limit) && parseQuantity(limit).equals(parseQuantity(request));
  });
}

function positive(quantity: string | undefined): boolean {
  return quantity !== undefined && !parseQuantity(quantity).isZero;
}
