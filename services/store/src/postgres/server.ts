import type pg from 'pg';

/** What a server says of itself over a connection that has just been opened. */
export interface Server {
  /** The process that answers. */
  readonly backend: number;
  /** 170005 for 17.5. */
  readonly version: number;
  readonly standby: boolean;
  readonly readOnly: boolean;
  readonly encoding: string;
  /** Rises by one with every promotion of a standby; 0 where there is none to read, on a standby. */
  readonly timeline: number;
  /** The same for a primary and its standbys, another one for every other database system. */
  readonly system: string;
}

export const OLDEST_VERSION = 16;

/** The timeline from the name of the file that is written to: a checkpoint would tell a promotion only later. */
const INSPECT = `
  SELECT pg_backend_pid() AS backend, current_setting('server_version_num')::integer AS version, pg_is_in_recovery() AS standby,
         current_setting('transaction_read_only') = 'on' AS "readOnly", current_setting('server_encoding') AS encoding,
         CASE WHEN pg_is_in_recovery() THEN 0 ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer END AS timeline,
         (SELECT system_identifier::text FROM pg_control_system()) AS system`;

export async function inspect(client: pg.ClientBase): Promise<Server> {
  const { rows } = await client.query<Server>(INSPECT);
  if (!rows[0]) throw new Error('the database did not say what it is');
  return rows[0];
}

export interface Session {
  /** The process that the greeting named. */
  readonly backend: number | undefined;
  /** The session asked not to write. */
  readonly readOnlySession: boolean;
}

/** Why a store must not use this server; undefined when it may. */
export function refusal(server: Server, { backend, readOnlySession }: Session): string | undefined {
  if (server.version < OLDEST_VERSION * 10_000) return `Gantry needs Postgres ${OLDEST_VERSION} or newer, and this is ${Math.floor(server.version / 10_000)}`;
  if (server.encoding !== 'UTF8') return `the database has the encoding ${server.encoding}: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`;
  if (backend !== undefined && backend !== server.backend) return POOLED;
  if (server.standby) return 'this is a standby, which takes no writes: name the primary, or all servers with commas between them';
  if (server.readOnly && !readOnlySession) return 'the database is read-only (default_transaction_read_only is on): make room if its disk is nearly full, or reset the setting of the database or the role';
  return undefined;
}

/**
 * A pooler names a process of its own in its greeting. Behind one, another session could be given the leader's lock and settings; and there is nothing to gain, since a store opens
 * a handful of connections and keeps them.
 */
export const POOLED = 'there is a connection pooler in between (PgBouncer or another), under which a session would not stay with its own process of Postgres: give the address of Postgres itself';
