import type { ContainerStatus } from '@gantry/container-runtime';
import { goDuration } from '../pods/duration.js';
import { formatPod, identityOf, isSidecar, restartPolicyOf, statusesOf } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { isAlive } from '../pods/world.js';
import { followingDelay, restartDelay, restarts } from './restart.js';

export interface StartContainer {
  readonly container: Container;
  readonly attempt: number;
  /** Milliseconds that the start after this one waits, should this one end. */
  readonly followingDelay: number;
  /** A container of this attempt that was made and never started: in the way. */
  readonly replaces?: string;
}

export interface Waiting {
  readonly name: string;
  readonly reason: 'CrashLoopBackOff';
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export type ContainerPlan =
  | { readonly do: 'keep' }
  | { readonly do: 'done'; readonly exitCode: number }
  | { readonly do: 'wait'; readonly waiting: Waiting }
  | { readonly do: 'start'; readonly start: StartContainer };

/** What is to be done about one container whose newest start is `last`. */
export function planStart(pod: Pod, container: Container, last: ContainerStatus | undefined, now: number): ContainerPlan {
  if (last === undefined) return { do: 'start', start: { container, attempt: attemptAfterLoss(pod, container.name), followingDelay: 0 } };
  if (isAlive(last)) return { do: 'keep' };
  if (last.state === 'created') {
    return { do: 'start', start: { container, attempt: last.attempt, followingDelay: restartDelay(last), replaces: last.id } };
  }
  const policy = isSidecar(container) ? 'Always' : restartPolicyOf(pod);
  return restarts(policy, last.exitCode) ? planRestart(pod, container, last, now) : { do: 'done', exitCode: last.exitCode };
}

/** Starts `last` again as soon as its back-off is over, whatever the policy says of it. */
export function planRestart(pod: Pod, container: Container, last: ContainerStatus, now: number): ContainerPlan {
  const delay = restartDelay(last);
  const until = last.finishedAt + delay;
  if (until <= now) return { do: 'start', start: { container, attempt: last.attempt + 1, followingDelay: followingDelay(delay) } };
  const message = `back-off ${goDuration(delay)} restarting failed container=${container.name} pod=${formatPod(identityOf(pod))}`;
  return { do: 'wait', waiting: { name: container.name, reason: 'CrashLoopBackOff', message, until } };
}

/** Another one takes the place of `last`, which was ended for it. */
export function planRenewal(container: Container, last: ContainerStatus): ContainerPlan {
  return { do: 'start', start: { container, attempt: last.attempt + 1, followingDelay: followingDelay(0) } };
}

/** 0, but where the API knows of a start that the runtime has lost: the count goes on. */
function attemptAfterLoss(pod: Pod, name: string): number {
  const known = statusesOf(pod).find((status) => status.name === name);
  return known?.containerID ? known.restartCount + 1 : 0;
}

/** One that is there to look at the others is started once, whatever became of it. */
export function planEphemeral(pod: Pod, container: Container, last: ContainerStatus | undefined): ContainerPlan {
  const wasStarted = last === undefined ? attemptAfterLoss(pod, container.name) > 0 : last.state !== 'created';
  if (wasStarted) return { do: 'keep' };
  return { do: 'start', start: { container, attempt: 0, followingDelay: 0, ...(last === undefined ? {} : { replaces: last.id }) } };
}
