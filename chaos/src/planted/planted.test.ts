import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES_HOOK_MS, startTestPostgres, type TestPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import {
  acknowledgeBeforeCommit, blindRetry, bookmarkBeforeEvent, compactionOffByOne, dropWhenSlow, noEpochCheck, revisionReadApart, sequenceRevisions, skippedGap, staleReplicaRead, twoLead,
} from './bugs.suite.js';
import type { Violation } from '@gantry/testkit';
import { runScenario, type Conditions, type Seams } from './scenario.suite.js';
import { withSessions, type SessionCall } from './session-seam.suite.js';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);

const TIME_LIMIT = 120_000;
const asItIs = (): SessionDecorator => (call) => call.run();
const CALM: Conditions = {};

interface Planted {
  readonly bug: string;
  /** What is broken by it, in the numbers of the invariants. */
  readonly breaks: number;
  readonly conditions: Conditions;
  readonly seams?: Seams;
  /** What stands at the sessions with the bug, and what without it where the scenario itself needs something there: made anew for each run. */
  readonly session?: () => SessionDecorator;
  readonly without?: () => SessionDecorator;
}

type SessionDecorator = (call: SessionCall) => ReturnType<SessionCall['run']>;
/** The same scenario without a bug is run once, whoever asks. */
const sound = new Map<unknown, Promise<readonly Violation[]>>();

const LAGGING = [{ subjects: 'watch.>', delay: 1, delayMs: 60 }];
const endLeader = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gantry store leader' AND random() < 0.1";

/** Gives history up to just behind the newest revision, and reads at the border. */
const compactAndLook: Conditions['harm'] = async ({ stores: [store], query, listAt }) => {
  const [meta] = await query<{ revision: string }>('SELECT revision FROM gantry.meta');
  const border = Number(meta?.revision) - 3;
  await store?.compact(border).catch(() => undefined);
  await listAt(border);
};

const PLANTED: readonly Planted[] = [
  { bug: 'sequence revisions', breaks: 7, conditions: { rates: [{ subjects: 'watch.>', drop: 0.3 }] }, seams: sequenceRevisions },
  { bug: "a list's revision read apart from its items", breaks: 5, conditions: { rates: [{ subjects: 'watch.>', delay: 1, delayMs: 400 }], limits: { freshnessTimeoutMs: 1 } }, seams: revisionReadApart },
  { bug: 'a bookmark before its event', breaks: 9, conditions: CALM, seams: bookmarkBeforeEvent },
  { bug: 'a skipped gap', breaks: 7, conditions: CALM, seams: skippedGap },
  { bug: 'no epoch check', breaks: 2, conditions: { stores: 2 }, session: noEpochCheck, without: twoLead },
  { bug: 'an acknowledgement before the commit', breaks: 1, conditions: { harm: ({ query }) => query(endLeader) }, session: () => acknowledgeBeforeCommit },
  { bug: 'drop-when-slow without closing', breaks: 7, conditions: CALM, seams: dropWhenSlow },
  {
    bug: 'a compaction that is off by one',
    breaks: 10,
    conditions: { harm: compactAndLook },
    session: () => compactionOffByOne,
  },
  { bug: 'a stale replica read', breaks: 2, conditions: { rates: LAGGING }, seams: staleReplicaRead },
  { bug: 'a blind retry', breaks: 13, conditions: { rates: [{ subjects: 'store.write', drop: 0.05 }] }, seams: blindRetry },
];

describe('a planted bug', () => {
  it.each(PLANTED)('$bug: is found, and is not where it is not', { timeout: TIME_LIMIT }, async ({ breaks, conditions, seams, session, without = asItIs }) => {
    if (!sound.has(conditions)) sound.set(conditions, withSessions(without(), () => runScenario(postgres, conditions)));
    expect(await sound.get(conditions)).toEqual([]);
    const found = await withSessions((session ?? without)(), () => runScenario(postgres, conditions, seams ?? {}));
    expect(new Set(found.map(({ invariant }) => invariant))).toContain(breaks);
  });
});
