import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '@gantry/async';
import { startPostgres, type RunningPostgres } from '@gantry/cluster/postgres';
import { commitFaults, Relay, type SqlQuery } from '@gantry/testkit';
import pg from 'pg';

const PORT = 5432;
/** Milliseconds; what died may keep its shared memory for a moment. */
const RESTART_MS = 60_000;
const PAUSE_MS = 100;

/** The Postgres of a run, which the stores reach over a relay and the judge directly. */
export class Database {
  /** How many commits to come lose their answer: `lose` when it has come, `cut` before. */
  #armed: { left: number; fate: 'lose' | 'cut' } = { left: 0, fate: 'lose' };
  /** Answers of commits that were taken away. */
  lostAnswers = 0;
  #relay: Relay | undefined;

  private constructor(
    private readonly folder: string,
    private running: RunningPostgres,
  ) {}

  static async start(folder: string): Promise<Database> {
    const database = new Database(folder, await launch(folder));
    await mkdir(database.#relayFolder, { recursive: true });
    database.#relay = await Relay.start({
      target: () => ({ path: join(database.running.config.host, `.s.PGSQL.${PORT}`) }),
      path: join(database.#relayFolder, `.s.PGSQL.${PORT}`),
      inspect: commitFaults({ statement: 'append', decide: () => database.#decide(), onLost: () => (database.lostAnswers += 1) }),
    });
    return database;
  }

  get #relayFolder(): string {
    return join(this.folder, 'relay');
  }

  /** Between the stores and Postgres. */
  get link(): Relay {
    if (this.#relay === undefined) throw new Error('the database is not started');
    return this.#relay;
  }

  /** What a store process is told. */
  get environment(): Readonly<Record<string, string>> {
    const { user, database } = this.running.config;
    return { GANTRY_POSTGRES_HOST: this.#relayFolder, GANTRY_POSTGRES_USER: user, GANTRY_POSTGRES_DATABASE: database };
  }

  /** Statements over one connection of its own, past the relay. */
  async withQuery<T>(use: (query: SqlQuery) => Promise<T>): Promise<T> {
    const client = new pg.Client({ ...this.running.config });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await use(async (text, values) => (await client.query({ text, values: [...(values ?? [])] })).rows);
    } finally {
      await client.end();
    }
  }

  loseCommitAnswers(count: number, fate: 'lose' | 'cut'): void {
    this.#armed = { left: count, fate };
  }

  /** An administrator's restart, or a crash of the whole server. */
  async restart(how: 'fast' | 'kill'): Promise<void> {
    if (how === 'fast') await this.running.stop();
    else process.kill(this.running.pid, 'SIGKILL');
    const end = performance.now() + RESTART_MS;
    for (;;) {
      try {
        this.running = await launch(this.folder);
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
        await delay(PAUSE_MS);
      }
    }
  }

  async stop(): Promise<void> {
    await this.#relay?.close();
    await this.running.stop();
  }

  #decide(): 'pass' | 'lose' | 'cut' {
    if (this.#armed.left === 0) return 'pass';
    this.#armed.left -= 1;
    return this.#armed.fate;
  }
}

function launch(folder: string): Promise<RunningPostgres> {
  return startPostgres({ dataDir: join(folder, 'data'), runtimeDir: join(folder, 'run'), logger: silentLogger });
}
