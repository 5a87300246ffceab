import type { Failpoints, Logger } from '@gantry/async';
import { onAbort } from '@gantry/async';
import type { PostgresConfig, Runner } from '../postgres/connection.js';
import { createConnection } from '../postgres/connection.js';
import { messageOf } from '../postgres/errors.js';
import { endOfStep, raiseCompacted, rememberSwept, sweep } from '../postgres/sql/compact.js';
import { readMeta } from '../postgres/sql/meta.js';

/** How much history is kept: all of the last `keepMs` milliseconds, and the last `keepRevisions` whatever their age. */
export interface CompactionPolicy {
  readonly keepMs: number;
  readonly keepRevisions: number;
}

export const DEFAULT_COMPACTION: CompactionPolicy = { keepMs: 5 * 60_000, keepRevisions: 0 };

interface Sample {
  readonly at: number;
  readonly revision: number;
}

/** Less where less history than that is kept. */
const SAMPLE_MS = 10_000;

/** Remembers when which revision was the newest: how old a revision is cannot be told from a clock of another process. */
export class RevisionAge {
  private readonly samples: Sample[] = [];

  constructor(private readonly policy: CompactionPolicy) {}

  record(at: number, revision: number): void {
    const last = this.samples.at(-1);
    if (!last || at - last.at >= Math.min(SAMPLE_MS, this.policy.keepMs)) this.samples.push({ at, revision });
  }

  /** The newest revision that need not be readable any more; 0 when all must. Forgets older samples. */
  target(now: number, revision: number): number {
    const old = this.samples.findLastIndex(({ at }) => now - at >= this.policy.keepMs);
    if (old < 0) return 0;
    this.samples.splice(0, old);
    return Math.max(0, Math.min(this.samples[0]?.revision ?? 0, revision - this.policy.keepRevisions));
  }
}

/** What a compaction works with: its way to the database, the term that it is of, and what ends it. */
export interface CompactionRun {
  readonly runner: Runner;
  readonly epoch: number;
  readonly failpoints: Failpoints;
  /** Aborted: no further step begins. What is left undone is done by the next compaction, of whichever leader. */
  readonly signal?: AbortSignal;
}

/**
 * Refuses reads below `revision` first and then removes what only they needed, in steps. Each can be repeated after a crash, and what
 * was swept is remembered behind each.
 */
export async function compact({ runner, epoch, failpoints, signal }: CompactionRun, revision: number): Promise<void> {
  await failpoints.pass('before-compaction');
  signal?.throwIfAborted();
  await raiseCompacted(runner, epoch, revision);
  await failpoints.pass('after-compaction-raise');
  const { swept, compacted } = await readMeta(runner);
  for (let from = swept; from < compacted; ) {
    signal?.throwIfAborted();
    const to = await endOfStep(runner, from, compacted);
    await sweep(runner, from, to);
    await failpoints.pass('between-compaction-steps');
    await rememberSwept(runner, epoch, to);
    await failpoints.pass('after-compaction-step');
    from = to;
  }
  await failpoints.pass('after-compaction');
}

/** Compacts over a connection of its own, so that commits do not wait for it. Aborting `signal` cuts that connection, and with it a step. */
export async function compactApart(postgres: PostgresConfig, logger: Logger, run: Omit<CompactionRun, 'runner'>, revision: number): Promise<void> {
  const connection = createConnection(postgres, 'gantry store compaction');
  connection.on('error', (error) => logger.warn({ error: messageOf(error) }, 'the connection of the compaction failed'));
  const release = onAbort(run.signal, () => void connection.end().catch(() => undefined));
  try {
    await connection.connect();
    await compact({ ...run, runner: connection }, revision);
  } finally {
    release();
    await connection.end();
  }
}
