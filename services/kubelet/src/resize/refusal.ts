import type { Requested } from './pod-requests.js';

/** Why a resize has to wait. `Infeasible`: for ever, on this node. */
export interface Refusal {
  readonly reason: 'Deferred' | 'Infeasible';
  readonly message: string;
}

export interface Room {
  /** What the pod takes now. */
  readonly present: Requested;
  readonly wanted: Requested;
  /** What the node's other pods take. */
  readonly used: Requested;
  readonly capacity: Requested;
}

/** Why a pod cannot be given what it wants; undefined: it can. What does not grow always can. */
export function refusalOf(room: Room): Refusal | undefined {
  const grows = (['cpu', 'memory'] as const).filter((resource) => room.wanted[resource] > room.present[resource]);
  const tooLarge = grows.findLast((resource) => room.wanted[resource] > room.capacity[resource]);
  if (tooLarge !== undefined) {
    return { reason: 'Infeasible', message: `Node didn't have enough capacity: ${tooLarge}, requested: ${room.wanted[tooLarge]}, capacity: ${room.capacity[tooLarge]}` };
  }
  const short = grows.find((resource) => room.wanted[resource] > room.capacity[resource] - room.used[resource]);
  if (short === undefined) return undefined;
  return { reason: 'Deferred', message: `Node didn't have enough resource: ${short}, requested: ${room.wanted[short]}, used: ${room.used[short]}, capacity: ${room.capacity[short]}` };
}
