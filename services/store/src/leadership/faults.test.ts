import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { silentLogger } from '@gantry/async';
import type { MemoryBus } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import { migrate } from '../postgres/migrations/migrate.js';
import type { PostgresRelay } from '../postgres/relay.suite.js';
import { startRelay } from '../postgres/relay.suite.js';
import { LEADER_NAME, tryLeaderLock } from '../postgres/sql/leader-lock.js';
import type { RunningStore } from '../store.js';
import { startStore } from '../store.js';

type Config = Awaited<ReturnType<TestPostgres['emptied']>>;

const SOURCE_LOADER = join(import.meta.dirname, '../../../../scripts/testing/source-loader.mjs');
const LONG = 60_000;

let postgres: TestPostgres;
let config: Config;
let bus: MemoryBus;
let storage: Storage;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);
beforeEach(async () => {
  config = await postgres.emptied();
  bus = createMemoryBus();
  storage = createRemoteStorage(bus);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await bus.close();
});

async function start(over: Partial<Parameters<typeof startStore>[0]> = {}): Promise<RunningStore> {
  const store = await startStore({ bus, postgres: config, logger: silentLogger, ...over });
  cleanups.push(() => store.stop());
  return store;
}

/** How long it took is told, and never judged. */
async function tellTakeover(what: string, store: RunningStore): Promise<void> {
  const begin = performance.now();
  await store.whenLeading();
  process.stdout.write(`taken over from a leader ${what} after ${Math.round(performance.now() - begin)} ms\n`);
}

const write = (name: string) => storage.write([put(pod(name), 0)]);

/** Revisions are dense, and what was acknowledged stands where it was said to stand. */
async function expectKept(acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const rows = await queryOnce<{ key: string; revision: string }>(config, 'SELECT key, revision FROM gantry.log ORDER BY revision');
  expect(rows.map(({ revision }) => Number(revision))).toEqual(rows.map((_, index) => index + 1));
  const log = new Map(rows.map(({ key, revision }) => [key, Number(revision)]));
  expect([...acknowledged].filter(([key, revision]) => log.get(key) !== revision)).toEqual([]);
}

describe('a leader whose process is frozen', () => {
  let child: ChildProcess;
  const acknowledged = new Map<string, number>();
  const refused: string[] = [];

  beforeEach(() => {
    acknowledged.clear();
    refused.length = 0;
    child = spawn(process.execPath, ['--experimental-transform-types', '--no-warnings', '--import', SOURCE_LOADER, join(import.meta.dirname, 'frozen.fixture.mjs'), JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const [word = '', key = '', revision] = line.split(' ');
      if (word === 'acknowledged') acknowledged.set(key, Number(revision));
      else refused.push(word);
    });
    cleanups.push(async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    });
  });

  it('is succeeded, commits nothing when it wakes up, and has lost nothing that it acknowledged', async () => {
    await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(50), { timeout: 20_000 });
    child.kill('SIGSTOP');
    const taker = await start();
    await tellTakeover('that is frozen', taker);
    expect(await write('of-the-successor')).toMatchObject({ ok: true });
    await expectKept(acknowledged);
    const before = acknowledged.size;
    child.kill('SIGCONT');
    await vi.waitFor(() => expect(refused.length).toBeGreaterThan(0), { timeout: 20_000 });
    expect(await write('while-both-run')).toMatchObject({ ok: true });
    // Whatever it said after it woke up was of a commit that Postgres had done before.
    await expectKept(acknowledged);
    expect(acknowledged.size - before).toBeLessThanOrEqual(4);
  }, LONG);
});

describe('a leader that fell silent in the middle of a transaction', () => {
  /** Sends a statement without the message that ends it: Postgres waits for more with the row locked, and no timeout of its own runs. */
  it('is ended by its successor, which nothing else would do', async () => {
    await migrate(config, silentLogger);
    const client = new pg.Client({ ...config, application_name: LEADER_NAME, options: '-c idle_session_timeout=2000 -c idle_in_transaction_session_timeout=2000' });
    const lost = new Promise<void>((resolve) => void client.on('error', () => resolve()));
    await client.connect();
    cleanups.push(() => client.end().catch(() => undefined));
    expect(await tryLeaderLock(client)).toBe(true);
    const { connection } = client as unknown as { connection: { parse(query: object): void; bind(query: object): void; execute(query: object): void; flush(): void } };
    connection.parse({ text: 'UPDATE gantry.meta SET revision = revision', name: '', types: [] });
    connection.bind({ portal: '', statement: '', values: [] });
    connection.execute({ portal: '', rows: 0 });
    connection.flush();
    await vi.waitFor(async () => expect(await queryOnce(config, `SELECT 1 FROM pg_stat_activity WHERE application_name = '${LEADER_NAME}' AND backend_xid IS NOT NULL AND wait_event = 'ClientRead'`)).toHaveLength(1));
    const taker = await start();
    await tellTakeover('that holds the row', taker);
    await lost;
    expect(await write('a')).toEqual({ ok: true, revisions: [1] });
  }, LONG);

  it('without the lock is ended, too, when its transaction is in the way', async () => {
    await migrate(config, silentLogger);
    const former = new pg.Client({ ...config, application_name: LEADER_NAME });
    const lost = new Promise<void>((resolve) => void former.on('error', () => resolve()));
    await former.connect();
    cleanups.push(() => former.end().catch(() => undefined));
    await former.query('BEGIN');
    await former.query('UPDATE gantry.meta SET revision = revision');
    const taker = await start();
    await tellTakeover('whose transaction is open', taker);
    await lost;
    expect(await write('a')).toEqual({ ok: true, revisions: [1] });
  }, LONG);
});

describe('a leader that is cut off from its database', () => {
  let relay: PostgresRelay<Config>;
  beforeEach(async () => {
    relay = await startRelay(config);
    cleanups.push(() => relay.close());
  });

  it('is succeeded, and commits nothing when it is connected again', async () => {
    const itsBus = createMemoryBus();
    cleanups.push(() => itsBus.close());
    const cutOff = await start({ bus: itsBus, postgres: relay.config });
    await cutOff.whenLeading();
    const its = createRemoteStorage(itsBus);
    const acknowledged = new Map<string, number>();
    for (let i = 0; i < 20; i++) {
      const outcome = await its.write([put(pod(`before-${i}`), 0)]);
      if (outcome.ok) acknowledged.set(pod(`before-${i}`), outcome.revisions[0]!);
    }
    relay.cut();
    const inDoubt = Promise.allSettled(Array.from({ length: 8 }, (_, i) => its.write([put(pod(`cut-${i}`), 0)])));
    const taker = await start();
    await tellTakeover('that is cut off', taker);
    expect(await write('of-the-successor')).toMatchObject({ ok: true });
    relay.heal();
    for (const result of await inDoubt) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ambiguous' } });
    expect((await storage.list('core/pods/')).items.map(({ key }) => key)).not.toContain(pod('cut-0'));
    expect([cutOff.leading, taker.leading]).toEqual([false, true]);
    await expectKept(acknowledged);
  }, LONG);

  it('calls a commit ambiguous whose answer was lost behind it, and the next leader has it', async () => {
    const store = await start({ postgres: relay.config });
    await store.whenLeading();
    await write('a');
    const dropped = relay.dropAnswerTo('append');
    const writing = expect(write('b')).rejects.toMatchObject({ code: 'ambiguous' });
    await dropped;
    await writing;
    await vi.waitFor(async () => expect(await write('b')).toMatchObject({ ok: false, current: { revision: 2 } }), { timeout: 15_000 });
    expect(await write('c')).toEqual({ ok: true, revisions: [3] });
    await expectKept(new Map([[pod('a'), 1], [pod('c'), 3]]));
  }, LONG);
});
