import type { Refusal } from './plugin.js';

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

/** `3 Insufficient cpu, 1 node(s) were unschedulable`: sorted as text, as upstream does. */
function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
}

function available(count: number, reasons: readonly string[]): string {
  return `0/${count} nodes are available: ${histogram(reasons)}.`;
}

/** What preemption has to say: nothing is ever preempted yet, but users read whether it could help. */
function preemption(refusals: readonly (readonly Refusal[])[], policy: string | undefined): string {
  if (policy === 'Never') return 'preemption: not eligible due to preemptionPolicy=Never.';
  const reasons = refusals.map((ofNode) => (ofNode.every(({ resolvable }) => resolvable) ? NO_VICTIMS : NOT_HELPFUL));
  return `preemption: ${available(refusals.length, reasons)}`;
}

/** The message of the FailedScheduling event and of the PodScheduled condition; `refusals` has an entry a node. */
export function refusalMessage(refusals: readonly (readonly Refusal[])[], preemptionPolicy: string | undefined): string {
  if (refusals.length === 0) return 'no nodes available to schedule pods';
  const reasons = refusals.flatMap((ofNode) => ofNode.map(({ reason }) => reason));
  return `${available(refusals.length, reasons)} no new claims to deallocate, ${preemption(refusals, preemptionPolicy)}`;
}

/** The plugins that refused, so that only events that can change their mind bring the pod back. */
export function refusingPlugins(refusals: readonly (readonly Refusal[])[]): Set<string> {
  return new Set(refusals.flatMap((ofNode) => ofNode.map(({ plugin }) => plugin)));
}
