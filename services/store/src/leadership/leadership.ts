import type { Failpoints, Logger } from '@gantry/async';
import { Backoff, delay, systemClock } from '@gantry/async';
import type { PostgresConfig } from '../postgres/connection.js';
import { isLockTimeout, messageOf } from '../postgres/errors.js';
import { endFormerLeaders, endSession, readLockHolder, tryLeaderLock } from '../postgres/sql/leader-lock.js';
import type { Meta } from '../postgres/sql/meta.js';
import { watchDurability } from '../postgres/durability.js';
import { readMeta, takeOver } from '../postgres/sql/meta.js';
import { LeaderSession } from './session.js';
import { SilenceWatch } from './silence.js';

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
  let stopWatching = (): void => undefined;
  try {
    await failpoints.pass('before-lock');
    await waitForLock(session, logger, signal);
    await failpoints.pass('after-lock');
    await failpoints.pass('before-takeover');
    const before = await readMeta(session);
    const meta = await takeOverFirmly(session);
    await failpoints.pass('after-takeover');
    begun();
    const { epoch, revision, incarnation } = meta;
    if (incarnation !== before.incarnation) logger.warn({ revision, incarnation, former: before.incarnation }, 'this database was promoted or copied: a new incarnation begins, and every watch lists again');
    logger.info({ epoch, revision }, 'leading');
    stopWatching = watchDurability(session, logger);
    await lead(session, meta, signal);
    logger.info({ epoch: meta.epoch }, 'no longer leading');
  } finally {
    stopWatching();
    await session.close();
  }
}

/** Looks again and again, which also keeps the own session from being silent; ends a leader that is. */
async function waitForLock(session: LeaderSession, logger: Logger, signal: AbortSignal): Promise<void> {
  const silence = new SilenceWatch();
  while (!(await tryLeaderLock(session))) {
    const holder = await readLockHolder(session);
    if (holder && silence.isOver(holder, performance.now())) {
      logger.warn({ pid: holder.pid }, 'ending the session of a leader that has been silent for too long');
      await endSession(session, holder.pid);
    }
    await delay(systemClock, LOOK_MS, signal);
  }
}

/** What keeps `meta` locked can be a transaction that a former leader left open: that is ended, and then it goes at once. */
async function takeOverFirmly(session: LeaderSession): Promise<Meta> {
  try {
    return await takeOver(session);
  } catch (error) {
    if (!isLockTimeout(error) || (await endFormerLeaders(session)) === 0) throw error;
    return takeOver(session);
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(systemClock, milliseconds, signal).catch(() => undefined);
}
