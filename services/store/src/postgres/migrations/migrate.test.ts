import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestPostgres } from '../../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { migrate } from './migrate.js';
import { MIGRATIONS } from './migrations.js';

const LOADER = join(import.meta.dirname, '../../../../../scripts/testing/source-loader.mjs');
const LONG = 60_000;

let postgres: TestPostgres;
let config: Awaited<ReturnType<TestPostgres['emptied']>>;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);
beforeEach(async () => {
  config = await postgres.emptied();
});

const run = (text: string) => queryOnce<Record<string, unknown>>(config, text);
const done = () => run('SELECT name FROM gantry.migrations ORDER BY id');
const all = MIGRATIONS.map(({ name }) => ({ name }));

function migration(): ChildProcess {
  return spawn(process.execPath, ['--experimental-transform-types', '--no-warnings', '--import', LOADER, join(import.meta.dirname, 'migrate.fixture.mjs'), JSON.stringify(config)], { stdio: 'inherit' });
}

describe('the migrations', () => {
  it('run once, whoever else starts at the same moment', async () => {
    const codes = await Promise.all(Array.from({ length: 4 }, async () => (await once(migration(), 'exit'))[0] as number));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(await done()).toEqual(all);
    expect(await run('SELECT count(*)::integer AS rows FROM gantry.meta')).toEqual([{ rows: 1 }]);
  }, LONG);

  it('leave nothing half when the process is killed in the middle of them', async () => {
    // In the middle: some are done by then, and none is committed.
    await run(`
      CREATE SCHEMA IF NOT EXISTS test;
      CREATE OR REPLACE FUNCTION test.wait() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); END $$;
      CREATE EVENT TRIGGER waits ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION test.wait()`);
    const killed = migration();
    await expect.poll(() => run("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), { timeout: LONG }).not.toEqual([]);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    await expect.poll(() => run("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).toEqual([]);
    expect(await run("SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('gantry') AND relkind IN ('r', 'v') AND relname <> 'migrations'")).toEqual([]);
    expect(await done()).toEqual([]);
    await run('DROP EVENT TRIGGER waits');
    await migrate(config, silentLogger);
    expect(await done()).toEqual(all);
  }, LONG);

  it('refuse a database that a newer program has made, and change nothing in it', async () => {
    await migrate(config, silentLogger);
    await run("INSERT INTO gantry.migrations (timestamp, name) VALUES (9, 'Later9')");
    await expect(migrate(config, silentLogger)).rejects.toThrow('the database was made by a newer Gantry (it has Later9)');
    expect(await done()).toEqual([...all, { name: 'Later9' }]);
  });

  it('can be undone, the newest first, down to an empty schema', async () => {
    await migrate(config, silentLogger);
    const { DataSource } = await import('typeorm');
    const source = new DataSource({ type: 'postgres', host: config.host, port: config.port, username: config.user, database: config.database, schema: 'gantry', migrations: MIGRATIONS, migrationsTableName: 'migrations' });
    await source.initialize();
    for (const _migration of MIGRATIONS) await source.undoLastMigration();
    await source.destroy();
    expect(await run("SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('gantry') AND relkind IN ('r', 'v')")).toEqual([{ relname: 'migrations' }]);
    await migrate(config, silentLogger);
    expect(await done()).toEqual(all);
  });
});
