import type { coreV1, Quantity } from '@gantry/api-types';
import { quantityOf } from '@gantry/apimachinery';

/** Amounts by resource name: thousandths of a core for `cpu`, whole units for all others. */
export type Amounts = Map<string, number>;

/** What a container without requests is taken to need when nodes are compared; never when they are filled. */
const ASSUMED_CPU = 100;
const ASSUMED_MEMORY = 200 * 1024 * 1024;

export function amount(resource: string, quantity: Quantity): number {
  const parsed = quantityOf(quantity);
  return resource === 'cpu' ? parsed.toMilli() : parsed.toNumber();
}

export function amounts(quantities: Record<string, Quantity> | undefined): Amounts {
  return new Map(Object.entries(quantities ?? {}).map(([resource, quantity]) => [resource, amount(resource, quantity)]));
}

function add(target: Amounts, other: Amounts): void {
  for (const [resource, value] of other) target.set(resource, (target.get(resource) ?? 0) + value);
}

function raise(target: Amounts, other: Amounts): void {
  for (const [resource, value] of other) target.set(resource, Math.max(target.get(resource) ?? 0, value));
}

type Reading = (container: coreV1.Container) => Amounts;

const asRequested: Reading = (container) => amounts(container.resources?.requests);

function atLeastAssumed(reading: Reading): Reading {
  return (container) => {
    const read = reading(container);
    return new Map([...read, ['cpu', read.get('cpu') ?? ASSUMED_CPU], ['memory', read.get('memory') ?? ASSUMED_MEMORY]]);
  };
}

/** A pod whose spec was changed may have been resized. */
export function mayBeResized({ metadata }: coreV1.Pod): boolean {
  return (metadata?.generation ?? 0) > 1;
}

/**
 * A container takes the largest of what it asks for, what it was given and what it has: a resize takes its place before it is done, and gives
 * it back after. One that its node can never do takes no place (KEP-1287).
 */
function readingOf(pod: coreV1.Pod): Reading {
  if (!mayBeResized(pod)) return asRequested;
  const { initContainerStatuses = [], containerStatuses = [], conditions = [] } = pod.status ?? {};
  const statuses = new Map([...initContainerStatuses, ...containerStatuses].map((status) => [status.name, status]));
  const isInfeasible = conditions.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible');
  return (container) => {
    const status = statuses.get(container.name);
    if (status?.resources === undefined) return asRequested(container);
    const taken = isInfeasible ? new Map<string, number>() : asRequested(container);
    raise(taken, amounts(status.resources.requests));
    raise(taken, amounts(status.allocatedResources));
    return taken;
  };
}

function isSidecar(container: coreV1.Container): boolean {
  return container.restartPolicy === 'Always';
}

/**
 * What a pod needs at the worst moment of its life: all its containers and sidecars together, or one init container with the
 * sidecars that were started before it; the overhead on top. Requests of the pod itself replace those of its containers.
 */
function podAmounts(spec: coreV1.PodSpec | undefined, read: Reading): Amounts {
  const running: Amounts = new Map();
  for (const container of spec?.containers ?? []) add(running, read(container));
  const sidecars: Amounts = new Map();
  const starting: Amounts = new Map();
  for (const container of spec?.initContainers ?? []) {
    const moment = new Map(sidecars);
    add(moment, read(container));
    raise(starting, moment);
    if (isSidecar(container)) add(sidecars, read(container));
  }
  add(running, sidecars);
  raise(running, starting);
  for (const [resource, value] of amounts(spec?.resources?.requests)) running.set(resource, value);
  add(running, amounts(spec?.overhead));
  return running;
}

/** The pod's requests. */
export function podRequests(pod: coreV1.Pod): Amounts {
  return podAmounts(pod.spec, readingOf(pod));
}

/** The pod's requests where containers that ask for nothing count as small ones: so that they spread too. */
export function podNonZeroRequests(pod: coreV1.Pod): Amounts {
  return podAmounts(pod.spec, atLeastAssumed(readingOf(pod)));
}
