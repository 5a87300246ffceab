import type { LockHolder } from '../postgres/sql/leader-lock.js';

/** A leader whose turn it is in the database's eyes and who is silent for longer is frozen or cut off; Postgres itself ends idle ones sooner. */
const SILENT_CLIENT_MS = 3_000;
/** A leader gives a statement up after 15 seconds; one that has not done so by now cannot. */
const SILENT_STATEMENT_MS = 20_000;

/**
 * Watches whoever holds the lock and tells when it has been silent for too long. Silence is measured by the watcher's own monotonic
 * clock, as time without a change: neither the database's clock nor the leader's is believed.
 */
export class SilenceWatch {
  private last: { readonly sign: string; readonly since: number } | undefined;

  /** True when that holder is to be ended. */
  isOver(holder: LockHolder | undefined, now: number): boolean {
    if (!holder) {
      this.last = undefined;
      return false;
    }
    const sign = `${holder.pid} ${holder.waitsForClient} ${holder.sign}`;
    if (this.last?.sign !== sign) this.last = { sign, since: now };
    return now - this.last.since > (holder.waitsForClient ? SILENT_CLIENT_MS : SILENT_STATEMENT_MS);
  }
}
