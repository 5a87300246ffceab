import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import type { MemoryBus } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { LogEntry, Storage, StoredValue } from '@gantry/storage';
import { StorageError } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import type { RunningStore } from '../store.js';
import { startStore } from '../store.js';

const SOURCE_LOADER = join(import.meta.dirname, '../../../../scripts/testing/source-loader.mjs');
const PREFIX = 'core/pods/default/';

let postgres: TestPostgres;
let config: Awaited<ReturnType<TestPostgres['emptied']>>;
let bus: MemoryBus;
let storage: Storage;
let store: RunningStore | undefined;

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
  await store?.stop();
  await bus.close();
});

const start = async (over: Partial<Parameters<typeof startStore>[0]> = {}): Promise<RunningStore> => {
  store = await startStore({ bus, postgres: config, logger: silentLogger, ...over });
  await store.whenLeading();
  return store;
};
const meta = async (): Promise<{ compacted: number; swept: number; revision: number }> => {
  const [row] = await queryOnce<Record<string, string>>(config, 'SELECT compacted, swept, revision FROM gantry.meta');
  return { compacted: Number(row!['compacted']), swept: Number(row!['swept']), revision: Number(row!['revision']) };
};

/** All that the log may hold once everything up to `compacted` is swept: later entries, and the states of then that they or nobody replaced. */
async function expectSwept(): Promise<void> {
  const { compacted, swept } = await meta();
  expect(swept).toBe(compacted);
  const needless = await queryOnce(
    config,
    `SELECT l.revision FROM gantry.log l WHERE l.revision <= $1 AND (l.type = 'DELETED' OR EXISTS (SELECT 1 FROM gantry.log n WHERE n.key = l.key AND n.revision > l.revision AND n.revision <= $1))`,
    [compacted],
  );
  expect(needless).toEqual([]);
}

describe('a compaction that is ended by a crash', () => {
  it.each([
    ['before-compaction', 3],
    ['after-compaction-raise', 3],
    ['between-compaction-steps', 3],
    ['after-compaction-step', 3],
    ['after-compaction', 3],
  ])('%s leaves every kept revision readable, and the next one finishes it', async (point, pass) => {
    const child = spawn(process.execPath, ['--experimental-transform-types', '--no-warnings', '--import', SOURCE_LOADER, join(import.meta.dirname, 'crash.fixture.mjs'), JSON.stringify(config), `${point}=crash@${pass}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    const { compacted, revision } = await meta();
    expect(compacted).toBeGreaterThan(0);
    await start();
    await expect(storage.history(compacted - 1)).rejects.toMatchObject({ code: 'compacted' });
    const { entries } = await storage.history(compacted);
    expect(entries.map((entry) => entry.revision)).toEqual(Array.from({ length: revision - compacted }, (_, i) => compacted + 1 + i));
    const replayed = new Map((await storage.list(PREFIX, { revision: compacted })).items.map((item) => [item.key, item]));
    for (const entry of entries) {
      apply(replayed, entry);
      expect((await storage.list(PREFIX, { revision: entry.revision })).items).toEqual(inOrder(replayed));
    }
    await store!.compact(revision - 1);
    await expectSwept();
  }, 30_000);
});

type State = Map<string, StoredValue>;

function apply(state: State, { type, key, revision, value, spliceOffset, schemaHash }: LogEntry): void {
  if (type === 'DELETED') state.delete(key);
  else state.set(key, { key, revision, value, spliceOffset, schemaHash });
}

const inOrder = (state: State): StoredValue[] => [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));

describe('reads at a revision while history is compacted', () => {
  /** Every state that ever was: the writer is alone. */
  const states = new Map<number, StoredValue[]>();

  const writeOn = async (count: number): Promise<void> => {
    const state: State = new Map((states.get(Math.max(0, ...states.keys())) ?? []).map((item) => [item.key, item]));
    for (let i = 0; i < count; i++) {
      const key = pod(`p${(i * 7) % 11}`);
      const before = state.get(key);
      const isDelete = before !== undefined && i % 4 === 0;
      const operation = isDelete ? ({ type: 'delete', key, expectedRevision: before.revision } as const) : put(key, before?.revision ?? 0, `${states.size} ${i}`);
      const outcome = await storage.write([operation]);
      if (!outcome.ok) throw new Error('refused, though nobody else writes');
      const revision = outcome.revisions[0]!;
      if (operation.type === 'delete') state.delete(key);
      else state.set(key, { key, revision, value: Buffer.from(operation.value), spliceOffset: operation.spliceOffset, schemaHash: operation.schemaHash });
      states.set(revision, inOrder(state));
    }
  };

  const listAt = async (revision: number, limit: number): Promise<StoredValue[]> => {
    const items: StoredValue[] = [];
    for (;;) {
      const page = await storage.list(PREFIX, { revision, limit, ...(items.length === 0 ? {} : { after: items.at(-1)!.key }) });
      expect([page.revision, page.remaining > 0]).toEqual([revision, page.more]);
      items.push(...page.items);
      if (!page.more) return items;
    }
  };

  /** Exact, or refused for a reason that was true. */
  const readAt = async (revision: number): Promise<'exact' | 'compacted'> => {
    try {
      const [items, { value }] = await Promise.all([listAt(revision, 3), storage.get(pod('p0'), { revision })]);
      expect(items).toEqual(states.get(revision));
      expect(value).toEqual(states.get(revision)!.find(({ key }) => key === pod('p0')));
      return 'exact';
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'compacted') throw error;
      expect(revision).toBeLessThan((await meta()).compacted);
      return 'compacted';
    }
  };

  it('are exact at the border and above it, and refused below, with a compaction every 100 ms', async () => {
    states.clear();
    await start();
    await writeOn(100);
    const outcomes = { exact: 0, compacted: 0 };
    let rounds = 0;
    let over = false;
    const compacting = (async () => {
      for (; rounds < 15; rounds++) {
        await store!.compact((await storage.currentRevision()) - 40);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      over = true;
    })();
    const writing = (async () => {
      while (!over) await writeOn(5);
    })();
    const reading = Promise.all(
      [-1, 0, 1, 2, 20].map(async (offset) => {
        while (!over) {
          const { compacted } = await meta();
          const revision = Math.min(Math.max(1, compacted + offset), Math.max(...states.keys()));
          outcomes[await readAt(revision)]++;
        }
      }),
    );
    await Promise.all([compacting, writing, reading]);
    expect(outcomes.exact).toBeGreaterThan(0);
    expect(outcomes.compacted).toBeGreaterThan(0);
    const { compacted } = await meta();
    expect(await Promise.all([compacted - 1, compacted, compacted + 1].map(readAt))).toEqual(['compacted', 'exact', 'exact']);
    await expectSwept();
  }, 60_000);
});

describe('compaction by schedule', () => {
  it('removes what is older than both settings allow, by itself', async () => {
    await start({ compaction: { keepMs: 100, keepRevisions: 10 } });
    await storage.write([put(pod('a'), 0)]);
    for (let revision = 1; revision < 30; revision++) await storage.write([put(pod('a'), revision, `state ${revision}`)]);
    await vi.waitFor(async () => expect(await meta()).toEqual({ compacted: 20, swept: 20, revision: 30 }), { timeout: 15_000 });
    await expectSwept();
    expect((await storage.get(pod('a'), { revision: 20 })).value?.revision).toBe(20);
  }, 20_000);

  it('does not hold up the end of a term', async () => {
    await start();
    await storage.write(Array.from({ length: 100 }, (_, i) => put(pod(`p${i}`), 0)));
    const locker = queryOnce(config, 'SELECT pg_sleep(60) FROM (SELECT * FROM gantry.log LIMIT 1 FOR UPDATE) l').catch(() => undefined);
    await vi.waitFor(async () => expect(await queryOnce(config, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).toHaveLength(1));
    await storage.write([{ type: 'delete', key: pod('p0'), expectedRevision: 1 }]);
    const compacting = store!.compact(101).then(() => 'done', () => 'ended');
    await vi.waitFor(async () => expect(await queryOnce(config, "SELECT 1 FROM pg_stat_activity WHERE application_name = 'gantry store compaction' AND wait_event_type = 'Lock'")).toHaveLength(1));
    await store!.stop();
    expect(await compacting).toBe('ended');
    await queryOnce(config, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    await locker;
    await start();
    await store!.compact(101);
    await expectSwept();
  }, 30_000);
});
