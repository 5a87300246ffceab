import { silentLogger } from '@gantry/async';
import type { MemoryBus } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import type { RunningStore } from '../store.js';
import { startStore } from '../store.js';
import { LeaseClock } from './lease-clock.js';

const HOUR = 3_600_000;
const soon = { timeout: 10_000, interval: 20 };

describe('the lease clock', () => {
  it('goes on where the leader before was, by the monotonic clock alone', () => {
    let now = 5_000;
    const clock = new LeaseClock(70_000, () => now);
    expect(clock.now()).toBe(70_000);
    now = 5_999.9;
    expect(clock.now()).toBe(70_999);
  });
});

describe('keys that expire', () => {
  let postgres: TestPostgres;
  let config: Awaited<ReturnType<TestPostgres['emptied']>>;
  let bus: MemoryBus;
  let store: RunningStore;
  let storage: Storage;
  let now = 0;

  beforeAll(async () => {
    postgres = await startTestPostgres();
  }, POSTGRES_HOOK_MS);
  afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);
  beforeEach(async () => {
    config = await postgres.emptied();
    bus = createMemoryBus();
    storage = createRemoteStorage(bus);
    await lead(0);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.stop();
    await bus.close();
  });

  /** A leader whose monotonic clock begins at `from`, as that of another process or machine does. */
  const lead = async (from: number): Promise<void> => {
    now = from;
    store = await startStore({ bus, postgres: config, logger: silentLogger, monotonic: () => now });
    await store.whenLeading();
  };
  const write = (name: string, ttlSeconds?: number) => storage.write([{ ...put(pod(name), 0), ...(ttlSeconds === undefined ? {} : { ttlSeconds }) }]);
  const deleted = async (): Promise<string[]> => (await storage.history(0, { limit: 10_000 })).entries.filter(({ type }) => type === 'DELETED').map(({ key }) => key);
  /** Two turns of the expiry have looked: one begun before the call may have looked too early. */
  const looked = async (): Promise<void> => {
    await write(`marker-${Math.random()}`, 3_000);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
  };

  it.each([['forward', HOUR], ['backward', -HOUR]])('are left alone by a wall clock that jumps an hour %s', async (_, jump) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jump });
    await write('short', 60);
    vi.setSystemTime(Date.now() + jump);
    now += 59_000;
    await looked();
    expect(await deleted()).toEqual([]);
    now += 1_000;
    await vi.waitFor(async () => expect(await deleted()).toEqual([pod('short')]), soon);
  }, 20_000);

  it('live as long as they were given over changes of leaders, are deleted once and never forgotten', async () => {
    for (let i = 0; i < 150; i++) void write(`p${i}`, 60);
    await write('long', 600);
    now += 40_000;
    await store.stop();
    await lead(9_000_000);
    now += 19_000;
    await looked();
    expect(await deleted()).toEqual([]);
    now += 1_000;
    await vi.waitFor(async () => expect((await deleted()).length).toBeGreaterThan(0), soon);
    await store.stop();
    await lead(77);
    await vi.waitFor(async () => expect(await deleted()).toHaveLength(150), soon);
    expect(new Set(await deleted()).size).toBe(150);
    expect((await storage.get(pod('long'))).value).toBeDefined();
  }, 30_000);
});
