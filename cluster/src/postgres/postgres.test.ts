import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainFailure } from './launch.js';
import { chooseOwner } from './owner.js';
import { backendsIn, isAttached } from './orphans.js';
import { isRunning, readPostmasterFile } from './postmaster.js';
import type { RunningPostgres } from './postgres.js';
import { endOrphan, startPostgres } from './postgres.js';

let folder: string;
const started: RunningPostgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-pg-'));
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  for (const postgres of started.splice(0)) await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

const places = () => ({ dataDir: join(folder, 'data'), runtimeDir: join(folder, 'run') });

async function start(): Promise<RunningPostgres> {
  const postgres = await startPostgres({ ...places(), logger: silentLogger });
  started.push(postgres);
  return postgres;
}

async function query(postgres: RunningPostgres, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(postgres.config);
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

describe('the embedded Postgres', () => {
  it('makes its data at the first start, keeps it over a stop and serves version 18 with C order and full durability', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    await query(first, 'CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)');
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second, 'SELECT x FROM kept')).toEqual([{ x: 7 }]);
    const settings = await query(
      second,
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync,
              current_setting('listen_addresses') AS listen, datcollate, pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = 'postgres'`,
    );
    expect(settings).toEqual([{ version: 18, fsync: 'on', sync: 'on', listen: '', datcollate: 'C', encoding: 'UTF8' }]);
  });

  it('opens its socket to its owner alone', async () => {
    const postgres = await start();
    expect(statSync(postgres.config.host).mode & 0o777).toBe(0o700);
  });

  it('is adopted by the next start when the process that started it was killed', async () => {
    const loader = join(import.meta.dirname, '../../../scripts/testing/source-loader.mjs');
    const child = fork(join(import.meta.dirname, 'orphan.fixture.mjs'), [places().dataDir, places().runtimeDir], { execArgv: ['--experimental-transform-types', '--no-warnings', '--import', loader] });
    const [pid] = (await once(child, 'message')) as [number];
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isRunning(pid)).toBe(true);
    const postgres = await start();
    expect(postgres).toMatchObject({ adopted: true, pid });
    expect(await query(postgres, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await postgres.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it('ends an orphan that listens elsewhere and starts its own', async () => {
    const orphan = await startPostgres({ dataDir: places().dataDir, runtimeDir: join(folder, 'elsewhere'), logger: silentLogger });
    const postgres = await start();
    expect(postgres.adopted).toBe(false);
    expect(isRunning(orphan.pid)).toBe(false);
  });

  it('recovers after the postmaster itself was killed', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)');
    process.kill(first.pid, 'SIGKILL');
    const second = await start();
    expect(await query(second, 'SELECT x FROM kept')).toEqual([{ x: 7 }]);
  });

  it('comes back by itself when it ends without being asked to, where it is watched', async () => {
    const restarts: number[] = [];
    const watched = await startPostgres({ ...places(), logger: silentLogger, onRestart: () => restarts.push(watched.pid) });
    started.push(watched);
    await query(watched, 'CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)');
    const first = watched.pid;
    process.kill(first, 'SIGKILL');
    await expect.poll(() => restarts.length, { timeout: 15_000 }).toBe(1);
    expect(restarts).toEqual([watched.pid]);
    expect(watched.pid).not.toBe(first);
    expect(await query(watched, 'SELECT x FROM kept')).toEqual([{ x: 7 }]);
    const last = watched.pid;
    await watched.stop();
    expect([isRunning(last), restarts.length]).toEqual([false, 1]);
  });

  it('starts beside nothing that a killed postmaster left, and keeps what was committed', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)');
    const client = new pg.Client(first.config);
    client.on('error', () => undefined);
    await client.connect();
    const backend = Number((await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid);
    // Stopped, it does not see that its postmaster is gone.
    process.kill(backend, 'SIGSTOP');
    process.kill(first.pid, 'SIGKILL');
    await expect.poll(() => isRunning(first.pid)).toBe(false);
    expect(backendsIn(places().dataDir)).toContain(backend);
    const second = await start();
    expect(isRunning(backend)).toBe(false);
    expect(await query(second, 'SELECT x FROM kept')).toEqual([{ x: 7 }]);
    await client.end().catch(() => undefined);
  });

  it('leaves the lock file of a killed postmaster to Postgres, which knows what still uses the data', async () => {
    const first = await start();
    const file = join(places().dataDir, 'postmaster.pid');
    const segment = readPostmasterFile(places().dataDir)?.sharedMemory ?? 0;
    expect(isAttached(segment)).toBe(true);
    await first.stop();
    expect(isAttached(segment)).toBe(false);
    const sleeper = spawn('sleep', ['60'], { ...chooseOwner(places().dataDir), cwd: '/' });
    const other = await startPostgres({ dataDir: join(folder, 'other'), runtimeDir: join(folder, 'r'), logger: silentLogger });
    started.push(other);
    // A number that is another process' by now, and memory that somebody uses.
    const used = readPostmasterFile(join(folder, 'other'))?.sharedMemory ?? 0;
    writeFileSync(file, `${sleeper.pid}\n${places().dataDir}\n1\n5432\n${places().runtimeDir}/postgres\n\n1 ${used}\nready\n`);
    await expect(start()).rejects.toThrow(`another Postgres works on ${places().dataDir}`);
    expect(existsSync(file)).toBe(true);
    await other.stop();
    await start();
    sleeper.kill();
  });

  it('ends what a killed postmaster left when asked to', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL');
    await endOrphan(places().dataDir);
    expect(backendsIn(places().dataDir)).toEqual([]);
  });

  it('does not believe a lock file whose process is something else', async () => {
    const first = await start();
    await first.stop();
    const other = spawn('sleep', ['60'], { ...chooseOwner(places().dataDir), cwd: '/' });
    writeFileSync(join(places().dataDir, 'postmaster.pid'), `${other.pid}\n${places().dataDir}\n1\n5432\n${places().runtimeDir}/postgres\n\n1 1\nready\n`);
    writeFileSync(join(places().runtimeDir, 'postgres', '.s.PGSQL.5432.lock'), `${other.pid}\n${places().dataDir}\n1\n5432\n${places().runtimeDir}/postgres\n`);
    const second = await start();
    expect(second).toMatchObject({ adopted: false });
    expect(isRunning(other.pid ?? 0)).toBe(true);
    other.kill();
  });

  it('starts over after a first start that was killed while it made the data', async () => {
    mkdirSync(`${places().dataDir}.new/half`, { recursive: true });
    const postgres = await start();
    expect(await query(postgres, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(existsSync(`${places().dataDir}.new`)).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)('says which folder is closed to the user that it runs as', async () => {
    chmodSync(folder, 0o700);
    await expect(start()).rejects.toThrow(`${folder} is closed to others`);
  });

  it('ends what a killed process left when asked to', async () => {
    const orphan = await startPostgres({ ...places(), logger: silentLogger });
    await endOrphan(places().dataDir);
    expect(isRunning(orphan.pid)).toBe(false);
    await endOrphan(places().dataDir);
  });

  it('refuses a folder whose socket would have too long a path', async () => {
    await expect(startPostgres({ dataDir: places().dataDir, runtimeDir: join(folder, 'x'.repeat(100)), logger: silentLogger })).rejects.toThrow('too long for a unix socket');
  });

  it.each([
    ['FATAL:  could not write to file: No space left on device', 'the disk of /x/ is full'],
    ['could not open file "PG_VERSION": Permission denied', 'it may not use /x/data'],
    ['FATAL:  database files are incompatible with server', 'another version of Postgres'],
    ['FATAL:  lock file "postmaster.pid" already exists', 'another Postgres works on /x/data'],
    ['FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use', 'another Postgres works on /x/data'],
  ])('explains %j', (output, words) => {
    expect(explainFailure('Postgres did not start', output, '/x/data').message).toContain(words);
  });

  it.runIf(process.getuid?.() === 0)('says whose the folder must be when it is another user’s', async () => {
    const first = await start();
    await first.stop();
    chownSync(places().dataDir, 0, 0);
    await expect(start()).rejects.toThrow(`it may not use ${places().dataDir}`);
  });

  it.runIf(process.getuid?.() === 0)('says that the disk is full', async (context) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=755', 'gantry-test', folder]);
    } catch {
      return context.skip('no file system can be mounted here');
    }
    try {
      await expect(start()).rejects.toThrow(`the disk of ${folder}/ is full`);
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  it('says what Postgres said when it cannot start', async () => {
    const first = await start();
    await first.stop();
    writeFileSync(join(places().dataDir, 'PG_VERSION'), '12\n');
    await expect(start()).rejects.toThrow(/another version of Postgres: by 12, and this Gantry has 18/);
    expect(readFileSync(join(folder, 'postgres.log'), 'utf8')).toContain('version 12');
  });
});
