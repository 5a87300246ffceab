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
  const mayBeAnybodys = writes.some((write) => write.kind === 'delete' && write.outcome === 'ambiguous' && !happened.has(write));
  for (const change of chain.changes) if (!claimed.has(change) && !(mayBeAnybodys && !change.exists)) violations.push(phantom(chain, change));
  return { happened, violations };
}

/** The log does not say who removed a key: the revision or the object that a delete named does. Acknowledged ones choose first. */
function claimDeletes(deletes: readonly Operation[], chain: Chain, happened: Map<Operation, Change>, claimed: Set<Change>): void {
  const removals = removalsOf(chain);
  for (const outcome of ['ok', 'ambiguous'] as const) {
    for (const remove of deletes) {
      if (remove.outcome !== outcome || happened.has(remove) || (remove.expected === undefined && remove.uid === undefined)) continue;
      const change = remove.uid === undefined ? removals.byRevision.get(remove.expected ?? 0) : removals.byUid.get(remove.uid);
      if (change === undefined || claimed.has(change) || !isRemovalBy(remove, chain, change)) continue;
      happened.set(remove, change);
      claimed.add(change);
    }
  }
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
