import { parseQuantity } from '@gantry/apimachinery';
import { containersOf, initContainersOf, isSidecar } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { Allocation } from './requirements.js';

/** Thousandths of a core, and bytes. */
export interface Requested {
  readonly cpu: number;
  readonly memory: number;
}

type List = Readonly<Record<string, string>> | undefined;

const NONE: Requested = { cpu: 0, memory: 0 };

export function amountsOf(list: List): Requested {
  const { cpu, memory } = list ?? {};
  return { cpu: cpu === undefined ? 0 : parseQuantity(cpu).toMilli(), memory: memory === undefined ? 0 : parseQuantity(memory).toNumber() };
}

export function sum(a: Requested, b: Requested): Requested {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory };
}

function larger(a: Requested, b: Requested): Requested {
  return { cpu: Math.max(a.cpu, b.cpu), memory: Math.max(a.memory, b.memory) };
}

/**
 * What a pod takes of its node at the worst moment of its life: its containers and sidecars, or one init container with the sidecars before
 * it. `allocation`: instead of what the spec says.
 */
export function podRequests(pod: Pod, allocation?: Allocation): Requested {
  let [sidecars, starting] = [NONE, NONE];
  const of = (name: string, requests: List): Requested => amountsOf(allocation === undefined ? requests : allocation.get(name)?.requests);
  for (const container of initContainersOf(pod)) {
    const own = sum(sidecars, of(container.name, container.resources?.requests));
    starting = larger(starting, own);
    if (isSidecar(container)) sidecars = own;
  }
  const running = containersOf(pod).reduce((total, { name, resources }) => sum(total, of(name, resources?.requests)), sidecars);
  return sum(podLevel(pod, larger(running, starting)), amountsOf(pod.spec?.overhead));
}

/** What the pod asks for as a whole stands in for its containers'. */
function podLevel({ spec }: Pod, ofContainers: Requested): Requested {
  const requests = spec?.resources?.requests;
  if (requests === undefined) return ofContainers;
  const own = amountsOf(requests);
  return { cpu: requests['cpu'] === undefined ? ofContainers.cpu : own.cpu, memory: requests['memory'] === undefined ? ofContainers.memory : own.memory };
}
