import type { Metrics } from '@gantry/platform/metrics';

/** What a store tells of its work. Every function is cheap: it is called once a commit, never once a row. */
export interface StoreMetrics {
  /** One commit of so many writes and rows; `revision` is the newest after it. */
  committed(commit: { readonly writes: number; readonly rows: number; readonly milliseconds: number; readonly revision: number }): void;
  commitFailed(): void;
  /** Publishing was interrupted and begins again where the stream is. */
  realigned(): void;
  /** What the stream has acknowledged; asked for when somebody reads the measures. undefined: this store writes no more. */
  acknowledged(read: (() => number) | undefined): void;
}

const MILLISECONDS = 1_000;
const SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];
const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

export function createStoreMetrics(metrics: Metrics): StoreMetrics {
  const writes = metrics.counter({ name: 'gantry_store_writes_total', help: 'Writes that were committed or refused in a commit.' });
  const rows = metrics.histogram({ name: 'gantry_store_commit_rows', help: 'Revisions in one commit.', buckets: ROWS });
  const seconds = metrics.histogram({ name: 'gantry_store_commit_duration_seconds', help: 'How long one commit took, from its first statement to its answer.', buckets: SECONDS });
  const failures = metrics.counter({ name: 'gantry_store_commit_failures_total', help: 'Commits that failed.' });
  const revision = metrics.gauge({ name: 'gantry_store_revision', help: 'The newest revision that this store committed.' });
  const realignments = metrics.counter({ name: 'gantry_store_publish_realignments_total', help: 'Times that publishing began again where the stream is.' });
  let acknowledged: (() => number) | undefined;
  metrics.gaugeOf({ name: 'gantry_store_published_revision', help: 'The newest revision that the watch stream has acknowledged; only where this store writes.' }, () =>
    acknowledged === undefined ? [] : [{ labels: {}, value: acknowledged() }],
  );
  return {
    committed: (commit) => {
      writes.add({}, commit.writes);
      rows.observe({}, commit.rows);
      seconds.observe({}, commit.milliseconds / MILLISECONDS);
      revision.set({}, commit.revision);
    },
    commitFailed: () => failures.add({}),
    realigned: () => realignments.add({}),
    acknowledged: (read) => void (acknowledged = read),
  };
}
