import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@gantry/async';
import type { MemoryBus } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EmbeddedPostgres } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startEmbedded } from '../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../api/src/remote-storage/remote-storage.suite.js';
import type { RunningStore } from './store.js';
import { startStore } from './store.js';

const JUMP = 2 ** 32;
const soon = { timeout: 20_000, interval: 50 };

let folder: string;
let postgres: EmbeddedPostgres;
let bus: MemoryBus;
let store: RunningStore;
let storage: Storage;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-incarnation-'));
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
  await store.stop();
  await bus.close();
});

const write = (name: string, expectedRevision = 0) => storage.write([put(pod(name), expectedRevision, `${name} at ${expectedRevision}`)]);
const meta = async () => (await queryOnce<{ incarnation: string; timeline: string; compacted: string }>(postgres.config, 'SELECT incarnation, timeline, compacted FROM gantry.meta'))[0]!;
/** Resolves with the first revision that a write has got once there is a leader again. */
const nextRevision = (name: string): Promise<number> =>
  vi.waitFor(async () => {
    const outcome = await write(name);
    return outcome.ok ? outcome.revisions[0]! : outcome.current!.revision;
  }, soon);

/**
 * Restarts the Postgres with `mark` in its folder, and with the log of a server that has standbys: at the end of its recovery it
 * is promoted as a standby is, and begins a new timeline.
 */
async function restartAsPrimary(mark?: string): Promise<void> {
  const program = readlinkSync(`/proc/${postgres.pid}/exe`);
  await postgres.stop();
  const data = join(folder, 'data');
  const { uid, gid } = statSync(data);
  if (mark !== undefined) writeFileSync(join(data, mark), '', { mode: 0o644 });
  const settings = ['listen_addresses=', 'wal_level=replica', 'restore_command=/bin/false'].flatMap((setting) => ['-c', setting]);
  const child = spawn(program, ['-D', data, '-k', join(folder, 'run', 'postgres'), ...settings], { uid, gid, cwd: data, stdio: 'ignore' });
  const { config } = postgres;
  await vi.waitFor(async () => expect(await queryOnce(config, 'SELECT pg_is_in_recovery() AS recovering')).toEqual([{ recovering: false }]), soon);
  postgres = {
    ...postgres,
    pid: child.pid!,
    stop: async () => {
      child.kill('SIGINT');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

describe('a database', () => {
  it('that was promoted begins a new incarnation: revisions jump, history before is gone, objects stay', async () => {
    await restartAsPrimary();
    await nextRevision('a');
    await write('b');
    const before = await meta();
    expect(before.timeline).toMatch(/^\d+\/\d+$/);
    await restartAsPrimary('recovery.signal');
    const revision = await nextRevision('c');
    const after = await meta();
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(after.timeline).not.toBe(before.timeline);
    expect(revision).toBeGreaterThan(JUMP);
    expect(Number.isSafeInteger(revision)).toBe(true);
    for (const old of [0, 1, 2, 3]) await expect(storage.history(old)).rejects.toMatchObject({ code: 'compacted' });
    await expect(storage.list('core/pods/', { revision: 2 })).rejects.toMatchObject({ code: 'compacted' });
    expect((await storage.list('core/pods/')).items.map((item) => item.revision)).toEqual([1, 2, revision]);
    expect((await storage.list('core/pods/', { revision: revision - 1 })).items.map((item) => item.revision)).toEqual([1, 2]);
    await vi.waitFor(async () => expect(await bus.watch.lastSequence()).toBe(revision), soon);
    expect(await write('a', 1)).toEqual({ ok: true, revisions: [revision + 1] });
    expect((await storage.history(revision)).entries).toMatchObject([{ key: pod('a'), previousObject: 1, previousKind: revision }]);
    await store.compact(revision + 1);
    expect((await storage.list('core/pods/')).items).toHaveLength(3);
  }, 60_000);

  it('that was only stopped and started goes on in the same incarnation', async () => {
    await write('a');
    const before = await meta();
    await postgres.stop();
    postgres = await startEmbedded(folder);
    expect(await nextRevision('b')).toBeLessThan(10);
    expect(await meta()).toEqual(before);
  }, 60_000);

  it('that was copied to another Postgres is another one there', async () => {
    await write('a');
    const before = await meta();
    await store.stop();
    await queryOnce(postgres.config, "UPDATE gantry.meta SET timeline = '7000000000000000000/1'");
    store = await startStore({ bus, postgres: postgres.config, logger: silentLogger });
    expect(await nextRevision('b')).toBeGreaterThan(JUMP);
    expect((await meta()).incarnation).not.toBe(before.incarnation);
  }, 60_000);
});
