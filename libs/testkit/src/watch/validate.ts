import type { TrueChange, TrueObject, Truth } from '../oracle/truth.js';
import type { Violation } from '../violation.js';

export type WatchedType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';

/** One event, as a client got it. */
export interface Watched {
  readonly type: WatchedType;
  /** Of the object that it shows; of a bookmark, where the watch stands. */
  readonly revision: number;
  /** '' of a bookmark. */
  readonly key: string;
  /** What the object says of who wrote it. */
  readonly operation?: string;
  /** Which connection brought it: `api-1#3`. */
  readonly by: string;
}

/** One watch over all its connections: it began after `start` and was resumed where it was, as often as it broke. */
export interface WatchRecord {
  readonly client: string;
  readonly start: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly events: readonly Watched[];
  /** It was still open at the end, and given the time to see everything. */
  readonly isComplete: boolean;
}

interface Expected {
  readonly type: WatchedType;
  readonly key: string;
  readonly revision: number;
  readonly operation: string | undefined;
}

/** What a watch with these labels must show, from its start on: objects that enter are added; those that leave are deleted, as they were before. */
export function expectedEvents(changes: readonly TrueChange[], start: number, labels: Readonly<Record<string, string>>, end = Infinity): Expected[] {
  const matches = ({ labels: have }: TrueObject): boolean => Object.entries(labels).every(([name, value]) => have[name] === value);
  return changes.slice(firstAfter(changes, start), firstAfter(changes, end)).flatMap(({ revision, type, object, before }) => {
    const was = before !== undefined && matches(before);
    const is = type !== 'DELETED' && matches(object);
    if (!was && !is) return [];
    const shown: WatchedType = is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED';
    return [{ type: shown, key: object.key, revision, operation: (is ? object : (before ?? object)).data['op'] }];
  });
}

/** Index of the first change above a revision. */
function firstAfter(changes: readonly TrueChange[], revision: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (changes[middle]!.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ordered, without duplicates, without gaps, bookmarks true, the tail there: everything that a watch promises. The first break is told. */
export function checkWatch(record: WatchRecord, truth: Truth): Violation[] {
  const last = record.events.reduce((most, { revision }) => Math.max(most, revision), record.start);
  const expected = expectedEvents(truth.changes, record.start, record.labels, record.isComplete ? Infinity : last);
  let next = 0;
  let reached = record.start;
  for (const [index, event] of record.events.entries()) {
    const due = expected[next];
    const say = (invariant: number, what: string): Violation[] => [{ invariant, what, evidence: evidenceOf(record, index, due) }];
    if (event.revision < reached) return say(event.type === 'BOOKMARK' ? 4 : 6, `a watch went back from revision ${reached} to ${event.revision}`);
    if (event.type === 'BOOKMARK') {
      if (due !== undefined && due.revision <= event.revision) return say(9, `a bookmark at ${event.revision} came before the event of revision ${due.revision}`);
      if (event.revision > truth.newest) return say(9, `a bookmark at ${event.revision} is beyond the newest revision, ${truth.newest}`);
      reached = event.revision;
      continue;
    }
    if (due === undefined || event.revision < due.revision) return say(event.revision === reached ? 6 : 7, event.revision === reached ? 'an event came twice' : 'an event came that does not belong to the watch');
    if (event.revision > due.revision) return say(7, `the event of revision ${due.revision} was left out`);
    if (event.type !== due.type || event.key !== due.key) return say(11, `the event of revision ${due.revision} is ${due.type} ${due.key} to this watch`);
    if (event.operation !== due.operation) return say(20, `the event of revision ${due.revision} shows what ${event.operation} wrote, not ${due.operation}`);
    reached = event.revision;
    next += 1;
  }
  const missing = expected[next];
  if (!record.isComplete || missing === undefined) return [];
  return [{ invariant: 7, what: `a watch never showed revision ${missing.revision}`, evidence: evidenceOf(record, record.events.length, missing) }];
}

function evidenceOf({ client, start, labels, events }: WatchRecord, index: number, due: Expected | undefined): string[] {
  const shown = events.slice(Math.max(0, index - 2), index + 1).map((event) => `shown by ${event.by}: ${event.type} ${event.key} at ${event.revision}`);
  return [`${client} watches ${JSON.stringify(labels)} from ${start}`, ...shown, due === undefined ? 'due: nothing' : `due: ${due.type} ${due.key} at ${due.revision}`];
}
