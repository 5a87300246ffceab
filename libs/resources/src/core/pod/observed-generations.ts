import type { coreV1 } from '@gantry/api-types';

/** A writer that does not know of observed generations leaves them out, which would say that nothing was observed: those that were there stay. */
export function keepObservedGenerations(status: coreV1.PodStatus, old: coreV1.PodStatus): void {
  keep(status, old.observedGeneration);
  // As of all that a kubelet writes.
  if (status.conditions?.every(isKnown) !== false) return;
  const known = new Map<string, (number | undefined)[]>();
  for (const { type, observedGeneration } of old.conditions ?? []) known.set(type, [...(known.get(type) ?? []), observedGeneration]);
  // One type can stand there twice.
  for (const condition of status.conditions ?? []) keep(condition, known.get(condition.type)?.shift());
}

function isKnown({ observedGeneration = 0 }: coreV1.PodCondition): boolean {
  return observedGeneration > 0;
}

function keep(target: { observedGeneration?: number }, generation: number | undefined): void {
  if (!target.observedGeneration && generation !== undefined) target.observedGeneration = generation;
}
