import type { Violation } from '../violation.js';
import type { Chain } from './chain.js';
import type { Happened } from './happened.js';
import { describeOperation, type Operation } from './operation.js';

/** Something that took place at one revision, between its beginning and its end. */
export interface Placed {
  readonly invoked: number;
  readonly completed: number;
  /** True of a write: its revision is its own, what came before must be below it. */
  readonly isWrite: boolean;
  /** The first revision from `from` on at which it can have taken place. */
  readonly first: (from: number) => number | undefined;
  readonly describe: () => string;
}

/**
 * Is there one order that respects real time, in which writes stand by their revisions and every read sees the state that it said?
 * All of that fixes lower bounds alone, so taking the lowest revision that is possible for each, by the time that it began, finds an order if there is one.
 * Given for one key it is linearizability, for all keys strict serialisability. O(n log n).
 */
export function checkOrder(placed: readonly Placed[]): Violation[] {
  const byStart = [...placed].sort((a, b) => a.invoked - b.invoked);
  const byEnd = placed.filter(({ completed }) => completed < Infinity).sort((a, b) => a.completed - b.completed);
  const revisions = new Map<Placed, number>();
  const violations: Violation[] = [];
  let bound = 0;
  let boundBy: Placed | undefined;
  let ended = 0;
  for (const item of byStart) {
    for (; ended < byEnd.length && byEnd[ended]!.completed < item.invoked; ended += 1) {
      const revision = revisions.get(byEnd[ended]!) ?? 0;
      if (revision > bound) [bound, boundBy] = [revision, byEnd[ended]];
    }
    const revision = item.first(item.isWrite ? bound + 1 : bound);
    if (revision !== undefined) revisions.set(item, revision);
    else violations.push(outOfOrder(item, bound, boundBy));
  }
  return violations;
}

function outOfOrder(item: Placed, bound: number, boundBy: Placed | undefined): Violation {
  return {
    invariant: 2,
    what: `${item.isWrite ? 'a write stands before' : 'a read does not see'} what had ended before it began, at revision ${bound}`,
    evidence: [...(boundBy === undefined ? [] : [boundBy.describe()]), item.describe()],
  };
}

/** Where the operations of one key can stand: writes that were done, reads, and refusals, which are reads of what they met. */
export function placeOperations(operations: readonly Operation[], chain: Chain, happened: Happened): { placed: Placed[]; violations: Violation[] } {
  const placed: Placed[] = [];
  const violations: Violation[] = [];
  for (const operation of operations) {
    const { invoked, completed } = operation;
    const describe = (): string => describeOperation(operation);
    const change = happened.get(operation);
    if (change !== undefined) {
      placed.push({ invoked, completed, isWrite: true, describe, first: (from) => (change.revision >= from ? change.revision : undefined) });
      continue;
    }
    const first = seenState(operation, chain);
    if (first === undefined) continue;
    if (first(0) === undefined) violations.push({ invariant: 2, what: 'a state was seen that never was', evidence: [describe()] });
    else placed.push({ invoked, completed, isWrite: false, describe, first });
  }
  return { placed, violations };
}

/** Where an operation without effect can stand, by the state that it met; undefined where it tells none. */
function seenState({ kind, outcome, revision, met, expected }: Operation, chain: Chain): Placed['first'] | undefined {
  const where = (fits: (index: number) => boolean): Placed['first'] => (from) => chain.firstWhere(from, fits);
  if (kind === 'read' && revision !== undefined && revision > 0) return outcome === 'ok' ? (from) => chain.firstWith(revision, from) : undefined;
  if (kind === 'read') return outcome === 'ok' && revision === 0 ? where((index) => !chain.existsAt(index)) : undefined;
  if (outcome !== 'refused') return undefined;
  if (met === 'existing') return where((index) => chain.existsAt(index));
  if (met === 'absent') return where((index) => !chain.existsAt(index));
  return where((index) => chain.revisionAt(index) !== expected);
}
