import { callbackify } from 'node:util';
import pg from 'pg';
import { explainConnection } from './explain.js';
import type { PostgresHost } from './hosts.js';
import { findPrimary, staleness } from './primary.js';
import { inspect, refusal, type Server } from './server.js';

/** Where the Postgres is, as `pg` takes it. A password may be a function, which is asked at every connection. */
export type PostgresConfig = Pick<pg.ClientConfig, 'host' | 'port' | 'user' | 'database' | 'ssl'> & {
  readonly password?: string | (() => Promise<string>);
  /** Several servers, one of which takes writes at a time; they stand in for `host` and `port`. */
  readonly hosts?: readonly PostgresHost[];
};

/**
 * Reads are parsed and planned once a session. Their limits take effect only where rows come in the order of an index, which
 * the planner does not see from a parameter: a list of 500 at an old revision took 300 ms by way of a bitmap.
 */
const READER_SETTINGS = { default_transaction_read_only: 'on', plan_cache_mode: 'force_generic_plan', enable_bitmapscan: 'off', statement_timeout: 30_000 };

const CONNECT_MS = 5_000;
const READERS = 4;

type SessionConfig = PostgresConfig & Pick<pg.ClientConfig, 'application_name' | 'options' | 'connectionTimeoutMillis' | 'keepAlive'>;

/**
 * A connection to the one server that takes writes: of several it finds that one first. `connect` rejects, with words that say what to do,
 * where the server could not hold a store: a standby, another encoding, too old a version, or a pooler in between.
 */
export class PrimaryClient extends pg.Client {
  readonly #config: SessionConfig;
  #server: Server | undefined;

  constructor(config: SessionConfig = {}) {
    // A pool hides the password from what copies its settings.
    super({ ...config, password: config.password, ...config.hosts?.[0] });
    this.#config = config;
  }

  /** What the server said of itself when this was connected. */
  get server(): Server {
    if (!this.#server) throw new Error('the connection to the database is not open');
    return this.#server;
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
  override connect(callback?: (error: never, client: pg.Client) => void): Promise<pg.Client> | void {
    const connected = this.#connect().then(() => this);
    if (callback === undefined) return connected;
    callbackify(() => connected)(callback as (error: NodeJS.ErrnoException | null, client: pg.Client) => void);
  }

  async #connect(): Promise<void> {
    const { hosts } = this.#config;
    // A connection that ends while it is being opened rejects, and must not also be thrown for want of a listener.
    this.on('error', () => undefined);
    if (hosts !== undefined && hosts.length > 1) Object.assign(this, await findPrimary(hosts, (host) => this.#probe(host)));
    try {
      await super.connect();
      this.#server = await inspect(this);
    } catch (error) {
      await super.end().catch(() => undefined);
      throw explainConnection(error, this);
    }
    const problem = refusal(this.#server, { backend: backendOf(this), readOnlySession: this.#config.options?.includes('default_transaction_read_only=on') === true }) ?? (hosts && staleness(hosts, this.#server));
    if (problem === undefined) return;
    await super.end();
    throw new Error(`${this.host}:${this.port}: ${problem}`);
  }

  /** The timeline of a server that takes writes. */
  async #probe({ host, port }: PostgresHost): Promise<number> {
    const client = new PrimaryClient({ ...this.#config, password: this.#config.password, hosts: undefined, host, port, options: undefined, application_name: 'gantry store look' });
    await client.connect();
    await client.end();
    return client.server.timeline;
  }
}

/** The process that the server said at the start to be at the other end. */
function backendOf(client: pg.Client & { readonly processID?: number | null }): number | undefined {
  return client.processID ?? undefined;
}

/** Settings of a session, as the command line of a backend takes them. */
function sessionOptions(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

function sessionConfig(config: PostgresConfig, applicationName: string, settings: Readonly<Record<string, string | number>>): SessionConfig {
  return { ...config, application_name: applicationName, options: sessionOptions(settings), connectionTimeoutMillis: CONNECT_MS, keepAlive: true };
}

/** One connection of its own; the caller listens for its `error` and `end`. */
export function createConnection(config: PostgresConfig, applicationName: string, settings: Readonly<Record<string, string | number>> = {}): PrimaryClient {
  return new PrimaryClient(sessionConfig(config, applicationName, settings));
}

/** The connections that reads take turns on. They always reach the primary: a standby's answers could be stale. */
export function createReaders(config: PostgresConfig, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ ...sessionConfig(config, 'gantry store reader', READER_SETTINGS), Client: PrimaryClient, max: READERS });
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
