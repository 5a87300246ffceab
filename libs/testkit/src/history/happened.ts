import type { Violation } from '../violation.js';
import type { Chain, Change } from './chain.js';
import { describeOperation, type Operation } from './operation.js';

/** Which change each write made. A write that is not in it changed nothing. */
export type Happened = ReadonlyMap<Operation, Change>;

export interface Resolution {
  readonly happened: Happened;
  readonly violations: readonly Violation[];
}

/** Tells from the log of one key which of its writes were done, and whether that is what their answers said. */
export function resolveWrites(operations: readonly Operation[], chain: Chain): Resolution {
  const writes = operations.filter(({ kind }) => kind !== 'read');
  const happened = new Map<Operation, Change>();
  const violations: Violation[] = [];
  const byId = new Map(chain.changes.flatMap((change) => (change.operation === undefined ? [] : [[change.operation, change] as const])));
  const claimed = new Set<Change>();
  for (const write of writes) {
    const change = byId.get(write.id);
    if (change === undefined) continue;
    happened.set(write, change);
    claimed.add(change);
  }
  claimDeletes(writes.filter(({ kind }) => kind === 'delete'), chain, happened, claimed);
  for (const write of writes) violations.push(...judge(write, happened.get(write)));
  violations.push(...phantoms(writes, chain, happened, claimed));
  return { happened, violations };
}

/** The log does not say who removed a key: the revision or the object that a delete named does. Acknowledged ones choose first. */
function claimDeletes(deletes: readonly Operation[], chain: Chain, happened: Map<Operation, Change>, claimed: Set<Change>): void {
  const removals = removalsOf(chain);
  for (const outcome of ['ok', 'ambiguous'] as const) {
    const others = outcome === 'ok' ? [] : unanswered(deletes, happened);
    const isOver = pastOf(happened);
    const mayBe = (remove: Operation, change: Change): boolean => isRemovalBy(remove, chain, change) && (outcome === 'ok' || !isOver(change, remove.invoked));
    for (const remove of deletes) {
      if (remove.outcome !== outcome || happened.has(remove) || (remove.expected === undefined && remove.uid === undefined)) continue;
      const change = remove.uid === undefined ? removals.byRevision.get(remove.expected ?? 0) : removals.byUid.get(remove.uid);
      if (change === undefined || claimed.has(change) || !mayBe(remove, change)) continue;
      if (others.some((other) => other !== remove && mayBe(other, change))) continue;
      happened.set(remove, change);
      claimed.add(change);
    }
  }
}

/** Deletes that may have been done, and of which nothing tells that they were: where one of several did it, nobody can say which. */
function unanswered(deletes: readonly Operation[], happened: Happened): Operation[] {
  return deletes.filter((remove) => remove.outcome === 'ambiguous' && !happened.has(remove));
}

/** Had a change been made at this time, because a later one had ended by then? */
function pastOf(happened: Happened): (change: Change, time: number) => boolean {
  const ends = [...happened].map(([{ completed }, { revision }]) => ({ completed, revision })).sort((a, b) => b.revision - a.revision);
  return (change, time) => {
    for (const { completed, revision } of ends) {
      if (revision <= change.revision) return false;
      if (completed < time) return true;
    }
    return false;
  };
}

/** An object is removed once, and so is a revision. */
function removalsOf(chain: Chain): { byUid: Map<string, Change>; byRevision: Map<number, Change> } {
  const removals = chain.changes.map((change, index) => ({ change, before: chain.revisionAt(index - 1) })).filter(({ change }) => !change.exists);
  return { byUid: new Map(removals.map(({ change }) => [change.uid ?? '', change])), byRevision: new Map(removals.map(({ change, before }) => [before, change])) };
}

function isRemovalBy({ expected, uid }: Operation, chain: Chain, change: Change): boolean {
  return (expected === undefined || chain.revisionAt(chain.indexAt(change.revision) - 1) === expected) && (uid === undefined || change.uid === uid);
}

function judge(write: Operation, change: Change | undefined): Violation[] {
  const evidence = [describeOperation(write)];
  if (write.outcome === 'ok' && change === undefined) return [{ invariant: 1, what: 'an acknowledged write is not in the log', evidence }];
  if (write.outcome === 'ok' && write.revision !== undefined && write.revision !== change?.revision) return [{ invariant: 1, what: `an acknowledged write is in the log at revision ${change?.revision}`, evidence }];
  const wasDenied = write.outcome === 'failed' || write.outcome === 'refused';
  if (wasDenied && change !== undefined) return [{ invariant: 13, what: `a write that was said to have failed is in the log at revision ${change.revision}`, evidence }];
  return [];
}

/** Changes that no write of the clients can have made: of the deletes without an answer, each made one removal at most. */
function phantoms(writes: readonly Operation[], chain: Chain, happened: Happened, claimed: ReadonlySet<Change>): Violation[] {
  const isOver = pastOf(happened);
  const anybodys = unanswered(writes.filter(({ kind }) => kind === 'delete'), happened);
  const removalBy = new Map<Operation, Change>();
  // Where another removal stands in the way, that one looks for another delete.
  const findsDelete = (change: Change, asked: Set<Operation>): boolean => anybodys.some((remove) => {
    if (asked.has(remove) || !isRemovalBy(remove, chain, change) || isOver(change, remove.invoked)) return false;
    asked.add(remove);
    const other = removalBy.get(remove);
    if (other !== undefined && !findsDelete(other, asked)) return false;
    removalBy.set(remove, change);
    return true;
  });
  return chain.changes.filter((change) => !claimed.has(change) && (change.exists || !findsDelete(change, new Set()))).map((change) => phantom(chain, change));
}

function phantom({ key }: Chain, { revision, operation }: Change): Violation {
  return { invariant: 13, what: 'the log has a change that nobody asked for, or one that was asked for once and done twice', evidence: [`${key} at revision ${revision}${operation === undefined ? '' : ` by ${operation}`}`] };
}

/** Was each change allowed by the state before it? Compare-and-swap has one winner, a create makes what was not there. */
export function checkGuards(chain: Chain, happened: Happened): Violation[] {
  const indexes = new Map(chain.changes.map((change, index) => [change, index]));
  const broken: Violation[] = [];
  for (const [write, change] of happened) {
    const before = (indexes.get(change) ?? 0) - 1;
    const existed = chain.existsAt(before);
    const isAllowed = (write.kind === 'create') !== existed && (write.expected === undefined || write.expected === chain.revisionAt(before));
    if (!isAllowed) broken.push({ invariant: 12, what: `a write was done although the key was at revision ${chain.revisionAt(before)}`, evidence: [describeOperation(write), `done at revision ${change.revision}`] });
  }
  return broken;
}
