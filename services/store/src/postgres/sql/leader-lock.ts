import type { Runner, Statement } from '../connection.js';

/** "gantry s" in bytes: whoever holds this lock leads. Postgres shows its two halves as `classid` and `objid`. */
const LEADER_LOCK = '7449353542041042035';
const HALVES = `l.classid = (${LEADER_LOCK}::bigint >> 32)::bigint::oid AND l.objid = (${LEADER_LOCK}::bigint & 4294967295)::oid`;
const HERE = 'l.database = (SELECT oid FROM pg_database WHERE datname = current_database())';

/** The name under which leaders' sessions are known. */
export const LEADER_NAME = 'gantry store leader';

const TRY_LOCK: Statement = { name: 'try-lock', text: `SELECT pg_try_advisory_lock(${LEADER_LOCK}) AS locked` };

const HOLDER: Statement = {
  name: 'lock-holder',
  text: `
    SELECT a.pid, concat_ws('/', a.backend_start, a.query_start, a.state_change) AS sign,
           a.state <> 'active' OR coalesce(a.wait_event_type = 'Client', false) AS waits_for_client
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND ${HALVES} AND ${HERE} AND l.pid <> pg_backend_pid()`,
};

const END: Statement = { name: 'end-holder', text: 'SELECT pg_terminate_backend($1::integer) AS ended' };

/** Whoever holds the lock knows that these are former leaders: each would have to hold it itself. */
const END_FORMER: Statement = {
  name: 'end-former',
  text: `
    SELECT pg_terminate_backend(a.pid) AS ended FROM pg_stat_activity a
    WHERE a.application_name = '${LEADER_NAME}' AND a.datname = current_database() AND a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()`,
};

/** Who leads, as the database sees it. */
export interface LockHolder {
  readonly pid: number;
  /** Changes with every statement of that session. */
  readonly sign: string;
  /** It is the client's turn: a client that is well takes it within half a second. */
  readonly waitsForClient: boolean;
}

/** True when this session now holds the lock. */
export async function tryLeaderLock(runner: Runner): Promise<boolean> {
  const { rows } = await runner.query<{ locked: boolean }>({ ...TRY_LOCK, values: [] });
  return rows[0]?.locked === true;
}

export async function readLockHolder(runner: Runner): Promise<LockHolder | undefined> {
  const { rows } = await runner.query<{ pid: number; sign: string; waits_for_client: boolean }>({ ...HOLDER, values: [] });
  return rows.map((row) => ({ pid: row.pid, sign: row.sign, waitsForClient: row.waits_for_client }))[0];
}

/** Ends a session of the same user: its transaction is rolled back, its lock freed. */
export async function endSession(runner: Runner, pid: number): Promise<void> {
  await runner.query({ ...END, values: [pid] });
}

/** Ends the sessions of former leaders that still have a transaction open; returns how many. Only for the holder of the lock. */
export async function endFormerLeaders(runner: Runner): Promise<number> {
  return (await runner.query<{ ended: boolean }>({ ...END_FORMER, values: [] })).rows.length;
}
