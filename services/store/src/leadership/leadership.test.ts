import { Failpoints, silentLogger } from '@gantry/async';
import type { MemoryBus, SequencedMessage } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import { Committer } from '../log/committer.js';
import { LogState } from '../log/state.js';
import { migrate } from '../postgres/migrations/migrate.js';
import { tryLeaderLock } from '../postgres/sql/leader-lock.js';
import { takeOver } from '../postgres/sql/meta.js';
import type { RunningStore } from '../store.js';
import { startStore } from '../store.js';
import { LeaderSession } from './session.js';

type Config = Awaited<ReturnType<TestPostgres['emptied']>>;

let postgres: TestPostgres;
let config: Config;
let bus: MemoryBus;
let storage: Storage;
const stores: RunningStore[] = [];

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
  await Promise.all(stores.splice(0).map((store) => store.stop()));
  await bus.close();
});

async function start(): Promise<RunningStore> {
  const store = await startStore({ bus, postgres: config, logger: silentLogger });
  stores.push(store);
  return store;
}

const epoch = async () => Number((await queryOnce<{ epoch: string }>(config, 'SELECT epoch FROM gantry.meta'))[0]?.epoch);
const endBackends = (name: string) => queryOnce(config, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()', [name]);
const write = (name: string) => storage.write([put(pod(name), 0)]);

describe('two stores', () => {
  it('have one leader, and the other one takes over when it stops', async () => {
    const first = await start();
    await first.whenLeading();
    const second = await start();
    expect(await write('a')).toEqual({ ok: true, revisions: [1] });
    expect([first.leading, second.leading, await epoch()]).toEqual([true, false, 1]);
    await first.stop();
    await second.whenLeading();
    expect(await epoch()).toBe(2);
    expect(await write('b')).toEqual({ ok: true, revisions: [2] });
    expect(await write('a')).toMatchObject({ ok: false, current: { revision: 1 } });
  });

  it('go on when the session of the leader dies, under one higher epoch', async () => {
    const first = await start();
    await first.whenLeading();
    await write('a');
    await start();
    await endBackends('gantry store leader');
    await vi.waitFor(async () => expect(await epoch()).toBeGreaterThan(1), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await write('b')).toEqual({ ok: true, revisions: [2] }), { timeout: 10_000 });
    expect((await storage.history(1)).entries).toMatchObject([{ key: pod('b'), epoch: await epoch() }]);
  });

  it('publish one dense stream over a change of leaders', async () => {
    const seen: SequencedMessage[] = [];
    const first = await start();
    await first.whenLeading();
    await bus.watch.ensure(1);
    await bus.watch.follow({ fromSequence: 1, onMessage: (message) => seen.push(message) });
    const second = await start();
    await Promise.all(Array.from({ length: 50 }, (_, i) => write(`a${i}`)));
    await first.stop();
    await second.whenLeading();
    await Promise.all(Array.from({ length: 50 }, (_, i) => write(`b${i}`)));
    await vi.waitFor(() => expect(seen).toHaveLength(100));
    expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(new Set(seen.map(({ headers }) => headers['epoch']))).toEqual(new Set(['1', '2']));
  });
});

describe('a leader that was replaced', () => {
  it('commits nothing, and knows that it has lost', async () => {
    await migrate(config, silentLogger);
    const session = await LeaderSession.open(config);
    const { epoch: stale, revision } = await takeOver(session);
    const lost = Promise.withResolvers<Error>();
    const committer = new Committer({
      session, epoch: stale, state: new LogState(revision, new Map()), failpoints: new Failpoints(), now: () => 0, onCommitted: () => lost.reject(new Error('it committed')), onLost: lost.resolve,
    });
    await queryOnce(config, 'UPDATE gantry.meta SET epoch = epoch + 1');
    await expect(committer.write([put(pod('a'), 0)])).rejects.toMatchObject({ code: 'ambiguous' });
    expect((await lost.promise).message).toContain('another store leads');
    await expect(committer.write([put(pod('b'), 0)])).rejects.toMatchObject({ code: 'ambiguous' });
    expect(await queryOnce(config, 'SELECT (SELECT count(*) FROM gantry.log) AS log, (SELECT count(*) FROM gantry.current) AS current, revision FROM gantry.meta')).toEqual([{ log: '0', current: '0', revision: '0' }]);
    await session.close();
  });

  it('does not answer a refusal from what it remembers', async () => {
    await migrate(config, silentLogger);
    const session = await LeaderSession.open(config);
    const { epoch: stale } = await takeOver(session);
    const committer = new Committer({ session, epoch: stale, state: new LogState(0, new Map()), failpoints: new Failpoints(), now: () => 0, onCommitted: () => undefined, onLost: () => undefined });
    await queryOnce(config, 'UPDATE gantry.meta SET epoch = epoch + 1');
    await expect(committer.write([put(pod('a'), 9)])).rejects.toMatchObject({ code: 'ambiguous' });
    await session.close();
  });

  it('whose session is dead does not say of a write that nobody has done it: its successor may have been sent it, too', async () => {
    await migrate(config, silentLogger);
    const session = await LeaderSession.open(config);
    const { epoch } = await takeOver(session);
    // What it answers from memory needs a look at the epoch first, which finds the session gone.
    const committer = new Committer({ session, epoch, state: new LogState(0, new Map()), failpoints: new Failpoints(), now: () => 0, onCommitted: () => undefined, onLost: () => undefined });
    await session.close();
    await expect(committer.write([put(pod('a'), 9)])).rejects.toMatchObject({ code: 'ambiguous' });
    await expect(committer.write([put(pod('b'), 0)])).rejects.toMatchObject({ code: 'ambiguous' });
  });

  it('loses the lock when it is silent, as a frozen process is', async () => {
    const frozen = await LeaderSession.open(config);
    expect(await tryLeaderLock(frozen)).toBe(true);
    const lost = new Promise<Error>((resolve) => frozen.onLost(resolve));
    const taker = await LeaderSession.open(config);
    expect(await tryLeaderLock(taker)).toBe(false);
    await vi.waitFor(async () => expect(await tryLeaderLock(taker)).toBe(true), { timeout: 10_000 });
    expect((await lost).message).toContain('idle-session timeout');
    await taker.close();
    await frozen.close();
  });
});

describe('a leader whose commit has no answer', () => {
  it('says ambiguous, and later tells the truth about what was committed', async () => {
    await migrate(config, silentLogger);
    const store = await start();
    await store.whenLeading();
    await write('a');
    const blocker = await LeaderSession.open(config);
    await blocker.query({ name: 'begin', text: 'BEGIN', values: [] });
    await blocker.query({ name: 'lock', text: 'SELECT 1 FROM gantry.meta FOR UPDATE', values: [] });
    const ambiguous = expect(write('b')).rejects.toMatchObject({ code: 'ambiguous' });
    await vi.waitFor(async () => expect(await queryOnce(config, `SELECT 1 FROM pg_stat_activity WHERE application_name = 'gantry store leader' AND wait_event_type = 'Lock' AND datname = current_database()`)).not.toEqual([]));
    await queryOnce(config, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gantry store leader' AND wait_event_type = 'Lock' AND datname = current_database()`);
    await ambiguous;
    await blocker.close();
    await vi.waitFor(async () => expect(await write('c')).toMatchObject({ ok: true }), { timeout: 10_000 });
    expect((await storage.get(pod('b'))).value).toBeUndefined();
    expect((await storage.history(1)).entries.map(({ key }) => key)).toEqual([pod('c')]);
  });
});
