import { checkHistory, checkLog, checkSnapshots, checkWatch, type LogRow, type Placed, type Truth, type Violation } from '@gantry/testkit';
import { COUNTER, keyOf, PREFIX } from '../workload/objects.js';
import type { AskedList, Expiry, Notes, StaleRead } from '../workload/session.js';

/** Milliseconds by which two clocks of one machine, and the order of a commit and its mark, may differ. */
const CLOCK_SLACK_MS = 1_000;

/** Everything that was promised, compared with what the database says happened. Empty: all of it was kept. */
export function judge(notes: Notes, rows: readonly LogRow[], truth: Truth): Violation[] {
  const { operations } = notes.recorder;
  return [
    ...checkLog(rows),
    ...checkHistory(operations, truth.chains, notes.lists.filter(({ least }) => least === 'newest').map(placeOf)),
    ...checkSnapshots(notes.lists.map(({ snapshot }) => snapshot), truth),
    ...notes.lists.flatMap(checkAskedRevision),
    ...notes.staleReads.flatMap((read) => checkStaleRead(read, truth)),
    ...notes.watches.flatMap((watch) => checkWatch(watch, truth)),
    ...notes.expiries.flatMap((expiry) => checkExpiry(expiry, truth)),
    ...checkCounter(truth),
  ];
}

/** A consistent list stands at its revision in the one order of everything. */
function placeOf({ snapshot }: AskedList): Placed {
  const revision = snapshot.pageRevisions[0] ?? 0;
  return { invoked: snapshot.invoked, completed: snapshot.completed, isWrite: false, first: (from) => (from <= revision ? revision : undefined), describe: () => `${snapshot.invoked.toFixed(1)}..${snapshot.completed.toFixed(1)} ms ${snapshot.client} ${snapshot.asked}: revision ${revision}` };
}

function checkAskedRevision({ snapshot, least, exact }: AskedList): Violation[] {
  const revision = snapshot.pageRevisions[0] ?? 0;
  if (exact !== undefined && revision !== exact) return [{ invariant: 5, what: `a list that was asked for revision ${exact} is of ${revision}`, evidence: [`${snapshot.client} ${snapshot.asked}`] }];
  if (typeof least === 'number' && revision < least) return [{ invariant: 4, what: `a list that was to be no older than ${least} is of ${revision}`, evidence: [`${snapshot.client} ${snapshot.asked}`] }];
  return [];
}

function checkStaleRead({ client, key, revision, minimum }: StaleRead, truth: Truth): Violation[] {
  const chain = truth.chains.get(key);
  const evidence = [`${client} GET ${key}?resourceVersion=${minimum}: revision ${revision}`];
  const from = revision === 0 ? (chain === undefined ? 0 : chain.firstWhere(minimum, (index) => !chain.existsAt(index))) : chain?.firstWith(revision, minimum);
  return from === undefined ? [{ invariant: 4, what: 'a read showed a state that never was, or one from before what it asked for', evidence }] : [];
}

/** A revision may be called gone only when it is. */
function checkExpiry({ client, what, revision, at }: Expiry, truth: Truth): Violation[] {
  const compacted = truth.compactedBy(at + CLOCK_SLACK_MS);
  return revision < compacted ? [] : [{ invariant: 8, what: `revision ${revision} was called too old while everything from ${compacted} on was kept`, evidence: [`${client} ${what}`] }];
}

/** The counter goes up by one with each change of it that is no patch of its labels: nobody's increment is lost under another's. */
function checkCounter(truth: Truth): Violation[] {
  let count: number | undefined;
  const violations: Violation[] = [];
  for (const { type, object, revision } of truth.changes) {
    if (object.key !== keyOf(COUNTER)) continue;
    const next = Number(object.data['count']);
    if (type === 'MODIFIED' && count !== undefined && next !== count + 1) violations.push({ invariant: 12, what: `the counter went from ${count} to ${next}`, evidence: [`${PREFIX}${COUNTER} at revision ${revision}`] });
    count = type === 'DELETED' ? undefined : next;
  }
  return violations;
}
