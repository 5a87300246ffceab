import type { Violation } from '../violation.js';
import type { Truth } from './truth.js';

/** One list, whole: all its pages. */
export interface Snapshot {
  readonly client: string;
  /** The query, for people. */
  readonly asked: string;
  /** The resourceVersion of each page. */
  readonly pageRevisions: readonly number[];
  /** Key and revision of each item, in the order in which they came. */
  readonly items: readonly { readonly key: string; readonly revision: number; readonly operation: string | undefined }[];
  readonly labels?: Readonly<Record<string, string>>;
  /** The revision was asked for, so that it comes from history. */
  readonly isOfHistory?: boolean;
  readonly invoked: number;
  readonly completed: number;
}

/** Is every list exactly the state at its resourceVersion, all pages at one? `snapshots` in any order. */
export function checkSnapshots(snapshots: readonly Snapshot[], truth: Truth): Violation[] {
  const violations: Violation[] = [];
  const ordered = [...snapshots].sort((a, b) => (a.pageRevisions[0] ?? 0) - (b.pageRevisions[0] ?? 0));
  const walk = new Walk(truth);
  for (const snapshot of ordered) {
    const revision = snapshot.pageRevisions[0] ?? 0;
    const problem = problemOf(snapshot, revision, walk.at(revision), truth);
    if (problem !== undefined) violations.push({ invariant: snapshot.isOfHistory === true ? 10 : 5, what: `a list at revision ${revision} is not the state at that revision`, evidence: [`${snapshot.client} ${snapshot.asked}`, problem] });
  }
  return violations;
}

function problemOf({ items, pageRevisions, labels, isOfHistory }: Snapshot, revision: number, state: ReadonlyMap<string, { revision: number; labels: Readonly<Record<string, string>>; data: Readonly<Record<string, string>> }>, truth: Truth): string | undefined {
  if (pageRevisions.some((page) => page !== revision)) return `its pages are of revisions ${pageRevisions.join(', ')}`;
  if (revision > truth.newest) return `the newest revision is ${truth.newest}`;
  // A server says no such revision; who asks for one exactly, having heard it from a watch, has the state that it left.
  if (isOfHistory !== true && truth.inside.has(revision)) return `revision ${revision} is in the middle of a write`;
  const seen = new Set<string>();
  let last = '';
  for (const { key, revision: shown, operation } of items) {
    const real = state.get(key);
    if (seen.has(key)) return `${key} is there twice`;
    if (key < last) return `${key} stands behind ${last}`;
    if (real === undefined) return `${key} is shown and does not exist`;
    if (real.revision !== shown) return `${key} is shown at revision ${shown} and is at ${real.revision}`;
    if (operation !== real.data['op']) return `${key} is shown as ${operation} wrote it, not ${real.data['op']}`;
    seen.add(key);
    last = key;
  }
  for (const [key, real] of state) if (!seen.has(key) && hasLabels(real.labels, labels)) return `${key} exists and is not shown`;
  return undefined;
}

function hasLabels(have: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(wanted).every(([name, value]) => have[name] === value);
}

/** The state at growing revisions, without beginning anew for each. */
class Walk {
  readonly #state = new Map<string, Truth['changes'][number]['object']>();
  #next = 0;

  constructor(private readonly truth: Truth) {}

  at(revision: number): ReadonlyMap<string, Truth['changes'][number]['object']> {
    const { changes } = this.truth;
    for (; this.#next < changes.length && changes[this.#next]!.revision <= revision; this.#next += 1) {
      const { type, object } = changes[this.#next]!;
      if (type === 'DELETED') this.#state.delete(object.key);
      else this.#state.set(object.key, object);
    }
    return this.#state;
  }
}
