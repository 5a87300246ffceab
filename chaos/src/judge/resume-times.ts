import type { Operation } from '@gantry/testkit';
import type { Struck } from '../faults/schedule.js';

/** Milliseconds from each death of a leader to the end of the first write that began after it and was acknowledged, in growing order. */
export function resumeTimes(struck: readonly Struck[], operations: readonly Operation[]): number[] {
  const writes = operations.filter(({ kind, outcome }) => kind !== 'read' && outcome === 'ok').sort((a, b) => a.completed - b.completed);
  const times = struck.flatMap(({ name, at }) => {
    const first = name === 'kill leader' ? writes.find(({ invoked, completed }) => completed > at && invoked > at) : undefined;
    return first === undefined ? [] : [first.completed - at];
  });
  return times.sort((a, b) => a - b);
}

/** The value that half of them do not exceed. */
export function median(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
