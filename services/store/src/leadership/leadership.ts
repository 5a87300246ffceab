import type { Failpoints, Logger } from '@gantry/async';
import { Backoff, delay, systemClock } from '@gantry/async';
import type { PostgresConfig } from '../postgres/connection.js';
import { messageOf } from '../postgres/errors.js';
import type { Meta } from '../postgres/sql/meta.js';
import { takeOver } from '../postgres/sql/meta.js';
import { LeaderSession } from './session.js';

export interface LeadershipOptions {
  readonly postgres: PostgresConfig;
  readonly logger: Logger;
  readonly failpoints: Failpoints;
  /** Leads for one term; resolves when it is over: `signal` asked for it, the session was lost or another leader was seen. */
  readonly lead: (session: LeaderSession, meta: Meta, signal: AbortSignal) => Promise<void>;
}

/** How often a store that does not lead looks whether it may; also keeps its session from being silent. */
const LOOK_MS = 100;
const RETRY = { initial: 50, cap: 2_000 };

/**
 * Leads term after term until `signal` is aborted. The lock says who may try (liveness); raising the epoch is what ends every
 * earlier leader's right to commit (safety), so a leader that froze and wakes up changes nothing.
 */
export async function runLeadership(options: LeadershipOptions, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff(RETRY);
  while (!signal.aborted) {
    try {
      await serveOneTerm(options, signal, () => backoff.reset());
    } catch (error) {
      if (signal.aborted) return;
      options.logger.warn({ error: messageOf(error) }, 'this store cannot lead now');
    }
    await pause(backoff.next(), signal);
  }
}

async function serveOneTerm({ postgres, failpoints, lead, logger }: LeadershipOptions, signal: AbortSignal, begun: () => void): Promise<void> {
  const session = await LeaderSession.open(postgres);
  try {
    while (!(await session.tryLock())) {
      await delay(systemClock, LOOK_MS, signal);
    }
    await failpoints.pass('before-takeover');
    const meta = await takeOver(session);
    await failpoints.pass('after-takeover');
    begun();
    logger.info({ epoch: meta.epoch, revision: meta.revision }, 'leading');
    await lead(session, meta, signal);
    logger.info({ epoch: meta.epoch }, 'no longer leading');
  } finally {
    await session.close();
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(systemClock, milliseconds, signal).catch(() => undefined);
}
