import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import type { MemoryBus, SequencedMessage } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { LogEntry, Storage } from '@gantry/storage';
import { decodeWatchMessage, resourceTypeOf } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EmbeddedPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startEmbedded } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import type { RunningStore } from './store.js';
import { startStore } from './store.js';

let folder: string;
let postgres: EmbeddedPostgres;
let bus: MemoryBus;
let store: RunningStore;
let storage: Storage;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-recovery-'));
  chmodSync(folder, 0o755);
  postgres = await startEmbedded(folder);
}, POSTGRES_HOOK_MS);
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}, POSTGRES_HOOK_MS);
beforeEach(async () => {
  await queryOnce(postgres.config, 'DROP SCHEMA IF EXISTS gantry CASCADE');
  bus = createMemoryBus();
  store = await startStore({ bus, postgres: postgres.config, logger: silentLogger });
  await store.whenLeading();
  storage = createRemoteStorage(bus);
});
afterEach(async () => {
  bus.faults.clear();
  await store.stop();
  await bus.close();
});

const write = (name: string, expectedRevision = 0, text = name) => storage.write([put(pod(name), expectedRevision, text)]);
const soon = { timeout: 15_000, interval: 20 };

describe('the store', () => {
  it('refuses writes while its database is down, and goes on where it was when it is back', async () => {
    await write('a');
    await postgres.stop();
    await expect(write('b')).rejects.toMatchObject({ name: 'StorageError' });
    await expect(storage.get(pod('a'))).rejects.toMatchObject({ code: 'unavailable' });
    postgres = await startEmbedded(folder);
    await vi.waitFor(async () => expect(await write('c')).toMatchObject({ ok: true }), soon);
    const page = await storage.list('core/pods/');
    expect(page.items.map(({ key }) => key)).toContain(pod('a'));
    expect(page.items).toHaveLength(page.revision);
  });

  it('answers unavailable when the database refuses a batch, as on a full disk, and changes nothing', async () => {
    await write('a');
    await queryOnce(postgres.config, `CREATE FUNCTION gantry.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
    await queryOnce(postgres.config, 'CREATE TRIGGER full_disk BEFORE INSERT ON gantry.log FOR EACH ROW EXECUTE FUNCTION gantry.full_disk()');
    await expect(write('a', 1, 'changed')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(write('b')).rejects.toThrow('No space left on device');
    await queryOnce(postgres.config, 'DROP TRIGGER full_disk ON gantry.log');
    expect(await write('a', 1, 'changed')).toEqual({ ok: true, revisions: [2] });
    expect(await write('b')).toEqual({ ok: true, revisions: [3] });
    expect(store.leading).toBe(true);
  });

  it('deletes what has outlived its time', async () => {
    await storage.write([{ ...put(pod('short'), 0), ttlSeconds: 1 }, put(pod('kept'), 0)]);
    await vi.waitFor(async () => expect(await storage.currentRevision()).toBe(3), soon);
    expect((await storage.history(2)).entries).toMatchObject([{ type: 'DELETED', key: pod('short'), previousObject: 1, transactionLast: true }]);
  });

  it('remembers when keys expire over a change of leaders', async () => {
    await storage.write([{ ...put(pod('short'), 0), ttlSeconds: 1 }]);
    await store.stop();
    store = await startStore({ bus, postgres: postgres.config, logger: silentLogger });
    await vi.waitFor(async () => expect(await storage.currentRevision()).toBe(2), soon);
  });

  it('says what the newest revision is, to those who follow and hear nothing', async () => {
    const told: number[] = [];
    bus.subscribe('progress.rev', ({ data }) => told.push(Number(Buffer.from(data).toString())));
    await write('a');
    await vi.waitFor(() => expect(told.at(-1)).toBe(1), soon);
    const count = told.length;
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(count + 1), soon);
  });

  it('delivers everything, once and in order, to followers of a bus that was cut', async () => {
    const entries: LogEntry[] = [];
    await bus.watch.follow({ fromSequence: 1, onMessage: ({ sequence, headers, data }: SequencedMessage) => entries.push(decodeWatchMessage(sequence, headers, data)) });
    await write('a');
    await vi.waitFor(() => expect(entries).toHaveLength(1), soon);
    const pending = Promise.allSettled(Array.from({ length: 20 }, (_, i) => write(`cut${i}`)));
    setImmediate(() => setImmediate(() => bus.faults.cut()));
    await pending;
    bus.faults.heal();
    await vi.waitFor(async () => expect(await write('z')).toMatchObject({ ok: true }), soon);
    const revision = await storage.currentRevision();
    await vi.waitFor(() => expect(entries).toHaveLength(revision), soon);
    expect(entries).toEqual((await storage.history(0)).entries);
  });

  it('finishes a compaction that was interrupted between its steps', async () => {
    await write('a');
    for (let revision = 1; revision <= 5; revision++) await write('a', revision, `state ${revision}`);
    await storage.write([{ type: 'delete', key: pod('a'), expectedRevision: 6 }]);
    await write('b');
    await queryOnce(postgres.config, 'UPDATE gantry.meta SET compacted = 4');
    await expect(storage.history(3)).rejects.toMatchObject({ code: 'compacted' });
    await store.compact(7);
    expect(await queryOnce(postgres.config, 'SELECT revision FROM gantry.log')).toEqual([{ revision: '8' }]);
    expect(await queryOnce(postgres.config, 'SELECT compacted, swept FROM gantry.meta')).toEqual([{ compacted: '7', swept: '7' }]);
  });

  it('keeps revisions dense and every chain whole under 64 writers of a few keys', async () => {
    const writer = async (seed: number): Promise<void> => {
      for (let i = 0; i < 15; i++) {
        const name = `k${(seed * 7 + i * 3) % 10}`;
        const { value } = await storage.get(pod(name));
        if (value && (seed + i) % 5 === 0) await storage.write([{ type: 'delete', key: pod(name), expectedRevision: value.revision }]);
        else await write(name, value?.revision ?? 0, `${seed} ${i}`);
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, seed) => writer(seed)));
    const { entries, revision } = await storage.history(0, { limit: 10_000 });
    expect(entries.map((entry) => entry.revision)).toEqual(Array.from({ length: revision }, (_, i) => i + 1));
    expectWholeChains(entries);
    expect((await storage.list('core/pods/')).items).toEqual([...replay(entries).values()].sort((a, b) => (a.key < b.key ? -1 : 1)));
  });
});

/** Every entry names the revision before it, of its key and of its resource type. */
function expectWholeChains(entries: readonly LogEntry[]): void {
  const objects = new Map<string, number>();
  const types = new Map<string, number>();
  for (const { key, revision, type, previousObject, previousKind } of entries) {
    expect([previousObject, previousKind]).toEqual([objects.get(key) ?? 0, types.get(resourceTypeOf(key)) ?? 0]);
    expect(type).toBe(objects.has(key) ? (type === 'DELETED' ? 'DELETED' : 'MODIFIED') : 'ADDED');
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, revision);
    types.set(resourceTypeOf(key), revision);
  }
}

function replay(entries: readonly LogEntry[]): Map<string, Pick<LogEntry, 'key' | 'revision' | 'value' | 'spliceOffset' | 'schemaHash'>> {
  const state = new Map<string, Pick<LogEntry, 'key' | 'revision' | 'value' | 'spliceOffset' | 'schemaHash'>>();
  for (const { type, key, revision, value, spliceOffset, schemaHash } of entries) {
    if (type === 'DELETED') state.delete(key);
    else state.set(key, { key, revision, spliceOffset, schemaHash, value });
  }
  return state;
}
