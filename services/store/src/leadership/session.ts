import type pg from 'pg';
import type { PostgresConfig, PrimaryClient, Runner, Statement } from '../postgres/connection.js';
import { createConnection } from '../postgres/connection.js';
import { POOLED } from '../postgres/server.js';
import { LEADER_NAME } from '../postgres/sql/leader-lock.js';

/** Postgres ends a session of a leader that froze after this long, and with it the lock. */
const SILENCE_MS = 2_000;
/** A statement waits this long for a lock: `meta` is only ever locked for a moment. */
const LOCK_MS = 3_000;
/** A statement that takes longer than this is given up, with its connection. */
const STATEMENT_MS = 15_000;

const SETTINGS = {
  idle_session_timeout: SILENCE_MS,
  idle_in_transaction_session_timeout: SILENCE_MS,
  tcp_user_timeout: SILENCE_MS,
  lock_timeout: LOCK_MS,
  plan_cache_mode: 'force_generic_plan',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  synchronous_commit: 'on',
};

/**
 * The leader's one connection. It holds the advisory lock and carries every commit, so that losing one is losing both.
 * Whoever uses it must send something at least every half second.
 */
export class LeaderSession implements Runner {
  private failure: Error | undefined;
  private readonly listeners = new Set<(error: Error) => void>();
  private outstanding = 0;
  private since = 0;

  private constructor(private readonly connection: PrimaryClient) {
    connection.on('error', (error) => this.fail(error));
    connection.on('end', () => this.fail(new Error('the connection to the database ended')));
  }

  static async open(config: PostgresConfig): Promise<LeaderSession> {
    const session = new LeaderSession(createConnection(config, LEADER_NAME, SETTINGS));
    await session.connection.connect();
    if (!(await session.keepsSettings())) {
      await session.close();
      throw new Error(POOLED);
    }
    return session;
  }

  async query<R extends pg.QueryResultRow>(query: Statement & { readonly values: unknown[] }): Promise<pg.QueryResult<R>> {
    if (this.failure) throw this.failure;
    if (this.outstanding++ === 0) this.since = performance.now();
    try {
      return await this.connection.query<R>(query);
    } finally {
      this.outstanding--;
      this.since = performance.now();
    }
  }

  /** Calls back once, at once when the session is lost already. */
  onLost(listener: (error: Error) => void): void {
    if (this.failure) listener(this.failure);
    else this.listeners.add(listener);
  }

  /** Gives the connection up when a statement has had no answer for too long: what it did is then unknown. */
  checkProgress(): void {
    if (this.outstanding > 0 && performance.now() - this.since > STATEMENT_MS) void this.close(new Error('the database did not answer in time'));
  }

  /** Ends the session, at once if a statement is in flight; Postgres then frees the lock. */
  async close(reason = new Error('the session was closed')): Promise<void> {
    const wasOpen = this.failure === undefined;
    this.fail(reason);
    if (wasOpen) await this.connection.end().catch(() => undefined);
  }

  /** False where something in between gave the settings to nobody, or each statement to another process. */
  private async keepsSettings(): Promise<boolean> {
    const { rows } = await this.query<{ silence: string; backend: number }>({ name: 'session', text: `SELECT current_setting('idle_session_timeout') AS silence, pg_backend_pid() AS backend`, values: [] });
    return rows[0]?.silence === `${SILENCE_MS / 1_000}s` && rows[0].backend === this.connection.server.backend;
  }

  private fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    for (const listener of this.listeners) listener(error);
    this.listeners.clear();
  }
}
