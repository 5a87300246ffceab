import type { ContainerStatus } from '@gantry/container-runtime';
import type { RestartPolicy } from '../pods/pod.js';

/** Milliseconds: the wait before the second restart, the longest wait, and the run after which a crash counts as a first one. */
export const RESTART_BACKOFF = { initial: 10_000, cap: 300_000, resetAfter: 600_000 } as const;

/**
 * Annotation of a container: milliseconds that its successor waits should it exit. It stands at the container and not in the
 * kubelet's memory, so that back-off goes on where it was after the kubelet was killed.
 */
export const BACKOFF_ANNOTATION = 'io.gantry.restart-delay';

/** Milliseconds from the end of `last` until it is started again; the first restart comes at once. */
export function restartDelay(last: ContainerStatus): number {
  const ran = last.startedAt === 0 ? 0 : last.finishedAt - last.startedAt;
  if (ran > RESTART_BACKOFF.resetAfter) return 0;
  const delay = Number(last.annotations[BACKOFF_ANNOTATION] ?? 0);
  return Number.isFinite(delay) ? delay : 0;
}

/** What the container that is started after such a wait leaves to its own successor. */
export function followingDelay(delay: number): number {
  return delay === 0 ? RESTART_BACKOFF.initial : Math.min(RESTART_BACKOFF.cap, delay * 2);
}

/** Whether a container that ended so is started again. */
export function restarts(policy: RestartPolicy, exitCode: number): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}
