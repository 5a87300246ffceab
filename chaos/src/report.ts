import { describeViolation, type Violation } from '@gantry/testkit';
import type { Struck } from './faults/schedule.js';
import type { ChaosOptions } from './options.js';
import type { Notes } from './workload/session.js';

/** What a run came to. Times in milliseconds. */
export interface ChaosReport {
  readonly options: ChaosOptions;
  readonly history: { readonly milliseconds: number; readonly revisions: number };
  readonly wallMs: number;
  readonly operations: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly failed: number;
  readonly ambiguous: number;
  readonly revisions: number;
  readonly epochs: number;
  readonly watches: number;
  readonly events: number;
  readonly bookmarks: number;
  readonly lists: number;
  readonly listPages: number;
  readonly staleReads: number;
  readonly expired: number;
  readonly struckMessages: number;
  readonly lostCommitAnswers: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  readonly resumeMs: { readonly count: number; readonly p50: number; readonly max: number };
  /** Processes that ended by themselves, and faults that could not be done: worth a look, no violations. */
  readonly remarks: readonly string[];
  readonly violations: readonly Violation[];
}

/** What the clients' notes add to a report. */
export function countNotes({ recorder, watches, lists, staleReads, expiries, answers }: Notes) {
  const outcomes = new Map<string, number>();
  for (const { kind, outcome } of recorder.operations) {
    const name = kind === 'read' ? `read ${outcome}` : outcome;
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
  }
  const events = watches.flatMap((watch) => watch.events.map(({ type }) => type));
  return {
    operations: recorder.operations.length,
    acknowledged: outcomes.get('ok') ?? 0,
    refused: outcomes.get('refused') ?? 0,
    failed: outcomes.get('failed') ?? 0,
    ambiguous: outcomes.get('ambiguous') ?? 0,
    watches: watches.length,
    events: events.filter((type) => type !== 'BOOKMARK').length,
    bookmarks: events.filter((type) => type === 'BOOKMARK').length,
    lists: lists.length,
    listPages: lists.reduce((sum, { snapshot }) => sum + snapshot.pageRevisions.length, 0),
    staleReads: staleReads.length,
    expired: expiries.length,
    answers: Object.fromEntries([...answers].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

export function countFaults(struck: readonly Struck[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of struck) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Violations that are printed whole; the rest is counted. */
const SHOWN = 5;

export function tableOf(report: ChaosReport): string {
  const { options, resumeMs, violations } = report;
  const lines: [string, string][] = [
    ['seed', `${options.seed} (${options.carrier}, ${options.stores} stores, ${options.apis} apis, ${options.clients} clients; history ${report.history.milliseconds} ms and ${report.history.revisions} revisions)`],
    ['wall time', `${(report.wallMs / 1_000).toFixed(1)} s`],
    ['operations', `${report.operations}: ${report.acknowledged} writes acknowledged, ${report.refused} refused, ${report.failed} failed, ${report.ambiguous} ambiguous`],
    ['log', `${report.revisions} revisions, ${report.epochs} terms`],
    ['watches', `${report.watches}: ${report.events} events, ${report.bookmarks} bookmarks; told "too old" ${report.expired} times`],
    ['reads', `${report.lists} lists of ${report.listPages} pages, ${report.staleReads} reads of any age`],
    ['faults', Object.entries(report.faults).map(([name, count]) => `${count} ${name}`).join(', ') || 'none'],
    ['', `${report.struckMessages} messages struck, ${report.lostCommitAnswers} answers of commits lost`],
    ['writes go on', resumeMs.count === 0 ? 'no leader was killed' : `after the death of a leader: p50 ${Math.round(resumeMs.p50)} ms, most ${Math.round(resumeMs.max)} ms, of ${resumeMs.count}`],
    ['answers', Object.entries(report.answers).map(([name, count]) => `${name}: ${count}`).join(', ')],
    ...report.remarks.map((remark): [string, string] => ['remark', remark]),
    ['violations', String(violations.length)],
  ];
  const table = lines.map(([name, text]) => `${name.padEnd(14)}${text}`).join('\n');
  return [table, ...violations.slice(0, SHOWN).map(describeViolation)].join('\n');
}
