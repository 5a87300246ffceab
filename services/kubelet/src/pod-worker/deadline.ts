import type { Pod } from '../pods/pod.js';

export interface DeadlineVerdict {
  readonly verdict?: { readonly reason: string; readonly message: string };
  /** When the deadline falls, if it is still to come: milliseconds since the epoch. */
  readonly at?: number;
}

/** A pod may run for so long from the time at which a kubelet took it. */
export function deadlineVerdict(pod: Pod, now: number): DeadlineVerdict {
  const seconds = pod.spec?.activeDeadlineSeconds;
  const startTime = pod.status?.startTime;
  if (seconds === undefined || startTime === undefined) return {};
  const at = Date.parse(startTime) + seconds * 1000;
  if (now < at) return { at };
  return { verdict: { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' } };
}
