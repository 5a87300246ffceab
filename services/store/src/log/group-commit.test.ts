import { Failpoints, silentLogger, type Failpoint } from '@gantry/async';
import type { MemoryBus } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import type { StoreMetrics } from '../metrics.js';
import type { RunningStore } from '../store.js';
import { startStore } from '../store.js';

const MIB = 1024 * 1024;

let postgres: TestPostgres;
let bus: MemoryBus;
let store: RunningStore;
let storage: Storage;

/** Holds the commits up from when it is closed until it is opened. */
class Gate extends Failpoints {
  private closed: { readonly reached: PromiseWithResolvers<void>; readonly opened: PromiseWithResolvers<void> } | undefined;

  close(): Promise<void> {
    this.closed = { reached: Promise.withResolvers(), opened: Promise.withResolvers() };
    return this.closed.reached.promise;
  }

  open(): void {
    this.closed?.opened.resolve();
    this.closed = undefined;
  }

  override pass(point: Failpoint): Promise<void> | undefined {
    if (point !== 'before-commit' || !this.closed) return undefined;
    this.closed.reached.resolve();
    return this.closed.opened.promise;
  }
}

const gate = new Gate();
const commits: { writes: number; rows: number }[] = [];
const metrics: StoreMetrics = { committed: ({ writes, rows }) => void commits.push({ writes, rows }), commitFailed: () => undefined, realigned: () => undefined, acknowledged: () => undefined };

beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);
beforeEach(async () => {
  commits.length = 0;
  bus = createMemoryBus();
  store = await startStore({ bus, postgres: await postgres.emptied(), logger: silentLogger, metrics, failpoints: gate });
  await store.whenLeading();
  storage = createRemoteStorage(bus);
});
afterEach(async () => {
  gate.open();
  await store.stop();
  await bus.close();
});

const many = (count: number, prefix: string) => Promise.all(Array.from({ length: count }, (_, i) => storage.write([put(pod(`${prefix}${i}`), 0)])));
const denseFrom1 = async (): Promise<void> => {
  const revision = await storage.currentRevision();
  const found: number[] = [];
  while (found.length < revision) found.push(...(await storage.history(found.length, { limit: revision })).entries.map((entry) => entry.revision));
  expect(found).toEqual(Array.from({ length: revision }, (_, i) => i + 1));
};

describe('group commit', () => {
  it('makes one batch of all that arrives while a commit is in flight', async () => {
    const reached = gate.close();
    const first = storage.write([put(pod('first'), 0)]);
    await reached;
    const others = many(100, 'p');
    await storage.currentRevision();
    gate.open();
    await Promise.all([first, others]);
    expect(commits).toEqual([{ writes: 1, rows: 1 }, { writes: 100, rows: 100 }]);
    await denseFrom1();
  });

  it('puts at most 500 rows into one, and every write whole', async () => {
    await many(1_200, 'p');
    expect(Math.max(...commits.map(({ rows }) => rows))).toBeLessThanOrEqual(500);
    expect(commits.reduce((sum, { rows }) => sum + rows, 0)).toBe(1_200);
    await denseFrom1();
  });

  it('never splits a write over two, whatever its size', async () => {
    const [outcome] = await Promise.all([storage.write(Array.from({ length: 1_300 }, (_, i) => put(pod(`big${i}`), 0))), many(20, 'small')]);
    expect(commits.some(({ rows }) => rows >= 1_300)).toBe(true);
    const revisions = outcome.ok ? outcome.revisions : [];
    expect(revisions.at(-1)! - revisions[0]!).toBe(1_299);
    const entries = (await storage.history(revisions[0]! - 1, { limit: 1_300 })).entries;
    expect(entries.map(({ transactionLast }) => transactionLast)).toEqual(Array.from({ length: 1_300 }, (_, i) => i === 1_299));
    await denseFrom1();
  });

  it('ends a batch after 8 MiB of values', async () => {
    const value = Buffer.alloc(MIB, 'x');
    await Promise.all(Array.from({ length: 30 }, (_, i) => storage.write([{ ...put(pod(`p${i}`), 0), value }])));
    expect(Math.max(...commits.map(({ rows }) => rows))).toBeLessThanOrEqual(8);
    await denseFrom1();
  });

  it('takes as much as a write may have, and refuses more before anything is sent', async () => {
    expect(await storage.write([{ ...put(pod('huge'), 0), value: Buffer.alloc(32 * MIB, 'x') }])).toEqual({ ok: true, revisions: [1] });
    await expect(storage.write([{ ...put(pod('more'), 0), value: Buffer.alloc(32 * MIB + 1) }])).rejects.toThrow('too large');
    expect((await storage.get(pod('huge'))).value?.value.length).toBe(32 * MIB);
  }, 30_000);
});
