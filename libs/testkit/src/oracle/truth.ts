import { Chain, type Change } from '../history/chain.js';
import type { CompactionMark, LogRow } from './log-copy.js';

/** A state of an object, from its stored bytes. */
export interface TrueObject {
  readonly key: string;
  readonly revision: number;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What the object holds, by name; an operation leaves its id in it. */
  readonly data: Readonly<Record<string, string>>;
}

/** One revision of the log, parsed. A removal carries the last state. */
export interface TrueChange {
  readonly revision: number;
  readonly type: string;
  readonly object: TrueObject;
  /** The state before it. */
  readonly before: TrueObject | undefined;
}

/** Under this name an operation leaves its id in what it writes. */
export const OPERATION_KEY = 'op';

/** The state of one prefix at any revision and everything that led to it, rebuilt from the copy of the log alone. */
export class Truth {
  readonly changes: readonly TrueChange[];
  readonly chains: ReadonlyMap<string, Chain>;
  /** The newest revision of the whole log, also of other prefixes. */
  readonly newest: number;
  /** Revisions at which a write of several operations was not over: no snapshot may be of these. */
  readonly inside: ReadonlySet<number>;

  constructor(
    rows: readonly LogRow[],
    readonly prefix: string,
    private readonly compactions: readonly CompactionMark[] = [],
  ) {
    this.changes = parseChanges(rows.filter(({ key }) => key.startsWith(prefix)));
    this.chains = chainsOf(this.changes);
    this.newest = rows.at(-1)?.revision ?? 0;
    this.inside = new Set(rows.filter(({ transactionLast }) => !transactionLast).map(({ revision }) => revision));
  }

  /** What existed at a revision, by key. */
  stateAt(revision: number): ReadonlyMap<string, TrueObject> {
    const state = new Map<string, TrueObject>();
    for (const change of this.changes) {
      if (change.revision > revision) break;
      if (change.type === 'DELETED') state.delete(change.object.key);
      else state.set(change.object.key, change.object);
    }
    return state;
  }

  /** History below this was given up by then, in milliseconds since the epoch. */
  compactedBy(at: number): number {
    return this.compactions.reduce((most, mark) => (mark.at <= at ? Math.max(most, mark.revision) : most), 0);
  }
}

function parseChanges(rows: readonly LogRow[]): TrueChange[] {
  const state = new Map<string, TrueObject>();
  return rows.map((row) => {
    const object = objectOf(row);
    const before = state.get(row.key);
    if (row.type === 'DELETED') state.delete(row.key);
    else state.set(row.key, object);
    return { revision: row.revision, type: row.type, object, before };
  });
}

function objectOf({ key, revision, value }: LogRow): TrueObject {
  const { metadata, data } = JSON.parse(Buffer.from(value).toString()) as { metadata?: { uid?: string; labels?: Record<string, string> }; data?: Record<string, string> };
  return { key, revision, uid: metadata?.uid ?? '', labels: metadata?.labels ?? {}, data: data ?? {} };
}

function chainsOf(changes: readonly TrueChange[]): Map<string, Chain> {
  const byKey = Map.groupBy(changes, ({ object }) => object.key);
  return new Map([...byKey].map(([key, own]) => [key, new Chain(key, own.map(changeOf))]));
}

function changeOf({ revision, type, object }: TrueChange): Change {
  const exists = type !== 'DELETED';
  const operation = object.data[OPERATION_KEY];
  return { revision, exists, uid: object.uid, ...(exists && operation !== undefined ? { operation } : {}) };
}
