import { graceSecondsOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';

/** Where a pod stands on this node. Only forward: a pod that was to end never runs again under the same uid. */
export type Lifecycle =
  /** It is to run. */
  | { readonly state: 'syncing' }
  /** Its containers are being ended; `graceSeconds` counts from `since` (milliseconds since the epoch). */
  | { readonly state: 'terminating'; readonly since: number; readonly graceSeconds: number }
  /** Nothing of it runs; what is dead is kept for its status and logs while the API has the object. */
  | { readonly state: 'terminated' }
  /** Nothing of it is left, here or in the API. */
  | { readonly state: 'finished' };

export type LifecycleState = Lifecycle['state'];

/** What the next step depends on. */
export interface LifecycleFacts {
  /** As the API has it; undefined: the API has no pod of this uid. */
  readonly pod: Pod | undefined;
  /** Seconds for one that the API no longer has. */
  readonly orphanGraceSeconds: number;
  /** The pod has ended by itself or may not go on. */
  readonly ended: boolean;
  /** A container of it runs. */
  readonly alive: boolean;
  /** The runtime has nothing of it and neither has the API. */
  readonly gone: boolean;
  readonly now: number;
}

const LEGAL: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  syncing: ['syncing', 'terminating'],
  terminating: ['terminating', 'terminated'],
  terminated: ['terminated', 'finished'],
  finished: ['finished'],
};

export class IllegalTransition extends Error {
  override readonly name = 'IllegalTransition';
  constructor(from: LifecycleState, to: LifecycleState) {
    super(`a pod cannot go from ${from} to ${to}`);
  }
}

/** Refuses what must not happen, such as a pod that ended and runs again. */
export function transition(from: Lifecycle, to: Lifecycle): Lifecycle {
  if (!LEGAL[from.state].includes(to.state)) throw new IllegalTransition(from.state, to.state);
  return to;
}

/** The next step. Pure: the same facts give the same step. */
export function nextLifecycle(current: Lifecycle, facts: LifecycleFacts): Lifecycle {
  switch (current.state) {
    case 'syncing': return transition(current, mustEnd(facts) ? ending(facts) : current);
    case 'terminating': return transition(current, facts.alive ? hastened(current, facts) : { state: 'terminated' });
    case 'terminated': return transition(current, facts.gone ? { state: 'finished' } : current);
    case 'finished': return current;
  }
}

function mustEnd(facts: LifecycleFacts): boolean {
  return facts.pod === undefined || facts.pod.metadata?.deletionTimestamp !== undefined || facts.ended;
}

function ending(facts: LifecycleFacts): Lifecycle {
  const graceSeconds = facts.pod === undefined ? facts.orphanGraceSeconds : graceSecondsOf(facts.pod);
  return { state: 'terminating', since: facts.now, graceSeconds };
}

/** A second deletion may only shorten what is left. */
function hastened(current: Lifecycle & { state: 'terminating' }, facts: LifecycleFacts): Lifecycle {
  const wanted = facts.pod?.metadata?.deletionTimestamp === undefined ? current.graceSeconds : graceSecondsOf(facts.pod);
  return wanted < current.graceSeconds ? { ...current, graceSeconds: wanted } : current;
}
