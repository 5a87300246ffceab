import pg from 'pg';

/** Where the Postgres is, as `pg` takes it. */
export type PostgresConfig = Pick<pg.ClientConfig, 'host' | 'port' | 'user' | 'password' | 'database' | 'ssl' | 'connectionString'>;

/**
 * Reads are parsed and planned once a session. Their limits take effect only where rows come in the order of an index, which
 * the planner does not see from a parameter: a list of 500 at an old revision took 300 ms by way of a bitmap.
 */
const READER_SETTINGS = { default_transaction_read_only: 'on', plan_cache_mode: 'force_generic_plan', enable_bitmapscan: 'off', statement_timeout: 30_000 };

const CONNECT_MS = 5_000;
const READERS = 4;

/** Settings of a session, as the command line of a backend takes them. */
function sessionOptions(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** One connection of its own; the caller listens for its `error` and `end`. */
export function createConnection(config: PostgresConfig, applicationName: string, settings: Readonly<Record<string, string | number>> = {}): pg.Client {
  return new pg.Client({ ...config, application_name: applicationName, options: sessionOptions(settings), connectionTimeoutMillis: CONNECT_MS, keepAlive: true });
}

/** The connections that reads take turns on. They always reach the primary: a standby's answers could be stale. */
export function createReaders(config: PostgresConfig, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    application_name: 'gantry store reader',
    options: sessionOptions(READER_SETTINGS),
    connectionTimeoutMillis: CONNECT_MS,
    max: READERS,
    keepAlive: true,
  });
  pool.on('error', onError);
  return pool;
}

/** A statement that is parsed once a session. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Anything that runs a statement: a pool, or the leader's session. */
export interface Runner {
  query<R extends pg.QueryResultRow>(query: Statement & { readonly values: unknown[] }): Promise<pg.QueryResult<R>>;
}
