import type { Failpoints, Logger } from '@gantry/async';
import type { PostgresConfig, Runner } from '../postgres/connection.js';
import { createConnection } from '../postgres/connection.js';
import { messageOf } from '../postgres/errors.js';
import { raiseCompacted, sweep } from '../postgres/sql/compact.js';
import { readMeta } from '../postgres/sql/meta.js';

/** How much history is kept: all of the last `keepMs` milliseconds, and the last `keepRevisions` whatever their age. */
export interface CompactionPolicy {
  readonly keepMs: number;
  readonly keepRevisions: number;
}

export const DEFAULT_COMPACTION: CompactionPolicy = { keepMs: 5 * 60_000, keepRevisions: 10_000 };

interface Sample {
  readonly at: number;
  readonly revision: number;
}

const SAMPLE_MS = 10_000;

/** Remembers when which revision was the newest: how old a revision is cannot be told from a clock of another process. */
export class RevisionAge {
  private readonly samples: Sample[] = [];

  constructor(private readonly policy: CompactionPolicy) {}

  record(at: number, revision: number): void {
    const last = this.samples.at(-1);
    if (!last || at - last.at >= SAMPLE_MS) this.samples.push({ at, revision });
  }

  /** The newest revision that need not be readable any more; 0 when all must. Forgets older samples. */
  target(now: number, revision: number): number {
    const old = this.samples.findLastIndex(({ at }) => now - at >= this.policy.keepMs);
    if (old < 0) return 0;
    this.samples.splice(0, old);
    return Math.max(0, Math.min(this.samples[0]?.revision ?? 0, revision - this.policy.keepRevisions));
  }
}

/** Revisions of the log that one statement sweeps. */
const STEP = 2_000;

/** Refuses reads below `revision` first and then removes what only they needed, in steps that can be repeated after a crash. */
export async function compact(runner: Runner, epoch: number, revision: number, failpoints: Failpoints): Promise<void> {
  await failpoints.pass('before-compaction');
  await raiseCompacted(runner, epoch, revision);
  const { swept, compacted } = await readMeta(runner);
  for (let from = swept; from < compacted; from += STEP) {
    await failpoints.pass('between-compaction-steps');
    await sweep(runner, from, Math.min(from + STEP, compacted));
  }
  await failpoints.pass('after-compaction');
}

/** Compacts over a connection of its own, so that commits do not wait for it. */
export async function compactApart(postgres: PostgresConfig, epoch: number, revision: number, failpoints: Failpoints, logger: Logger): Promise<void> {
  const connection = createConnection(postgres, 'gantry store compaction');
  connection.on('error', (error) => logger.warn({ error: messageOf(error) }, 'the connection of the compaction failed'));
  await connection.connect();
  try {
    await compact(connection, epoch, revision, failpoints);
  } finally {
    await connection.end();
  }
}
