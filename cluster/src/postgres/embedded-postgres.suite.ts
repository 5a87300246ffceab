import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import pg from 'pg';
import type { PostgresConnection, RunningPostgres } from './postgres.js';
import { startPostgres } from './postgres.js';

/** Milliseconds for a hook that starts or stops a Postgres: making and syncing its files is slow on a busy disk. */
export const POSTGRES_HOOK_MS = 60_000;

export type EmbeddedPostgres = RunningPostgres;

/** A real Postgres for the tests of a file, in a folder of its own. */
export interface TestPostgres {
  readonly running: RunningPostgres;
  /** Forgets what stores have written; none may be running. Far cheaper than a database for every test. */
  emptied(): Promise<PostgresConnection>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts the Postgres of a folder that the test owns: for tests that stop and start it. With `onRestart` it comes back when it is killed. */
export function startEmbedded(folder: string, onRestart?: () => void): Promise<EmbeddedPostgres> {
  return startPostgres({ dataDir: join(folder, 'data'), runtimeDir: join(folder, 'run'), logger: silentLogger, onRestart });
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-pg-'));
  chmodSync(folder, 0o755);
  const running = await startEmbedded(folder);
  return {
    running,
    async emptied() {
      await queryOnce(running.config, 'DROP SCHEMA IF EXISTS gantry CASCADE');
      return running.config;
    },
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One statement over a connection of its own. */
export async function queryOnce<R extends pg.QueryResultRow>(config: pg.ClientConfig, text: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}
