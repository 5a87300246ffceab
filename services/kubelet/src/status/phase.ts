import type { coreV1 } from '@gantry/api-types';
import { initContainersOf, isSidecar, restartPolicyOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface Statuses {
  readonly init: readonly coreV1.ContainerStatus[];
  readonly regular: readonly coreV1.ContainerStatus[];
}

/** How it ended, now or last. */
function ended(status: coreV1.ContainerStatus): coreV1.ContainerStateTerminated | undefined {
  return status.state?.terminated ?? (status.state?.waiting === undefined ? undefined : status.lastState?.terminated);
}

/** The phase that these statuses make. `final`: nothing is started any more. */
export function podPhase(pod: Pod, statuses: Statuses, final: boolean): Phase {
  const init = initState(pod, statuses.init);
  if (init === 'failed' && (restartPolicyOf(pod) === 'Never' || final)) return 'Failed';
  if (final) return finalPhase(statuses.regular);
  const neverStarted = statuses.regular.some((status) => status.state?.running === undefined && ended(status) === undefined);
  if (init !== 'done' || neverStarted || statuses.regular.length === 0) return 'Pending';
  if (statuses.regular.some((status) => status.state?.running !== undefined)) return 'Running';
  return stoppedPhase(pod, statuses.regular);
}

/** All have run and none runs now. */
function stoppedPhase(pod: Pod, regular: readonly coreV1.ContainerStatus[]): Phase {
  const policy = restartPolicyOf(pod);
  if (policy === 'Always') return 'Running';
  // One that waits was ended and is to run again, however it ended.
  if (regular.every((status) => status.state?.terminated?.exitCode === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

/** A pod that was ended before it could start has not succeeded. */
function finalPhase(regular: readonly coreV1.ContainerStatus[]): Phase {
  return regular.every((status) => ended(status)?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

/** Once a regular container has run, the init containers count as done. */
function initState(pod: Pod, statuses: readonly coreV1.ContainerStatus[]): 'done' | 'pending' | 'failed' {
  let state: 'done' | 'pending' | 'failed' = 'done';
  for (const container of initContainersOf(pod)) {
    const status = statuses.find(({ name }) => name === container.name);
    const exitCode = status?.state?.terminated?.exitCode;
    if (isSidecar(container) ? status?.started === true || exitCode !== undefined : exitCode === 0) continue;
    if (!isSidecar(container) && exitCode !== undefined) return 'failed';
    state = 'pending';
  }
  return state;
}
