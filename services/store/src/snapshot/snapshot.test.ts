import { Readable, Writable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { silentLogger } from '@gantry/async';
import type { MemoryBus } from '@gantry/bus';
import { createMemoryBus } from '@gantry/bus';
import type { Storage } from '@gantry/storage';
import { SEALED_MARK, sealingKeyId } from '@gantry/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { POSTGRES_HOOK_MS, queryOnce, startTestPostgres } from '../../../../cluster/src/postgres/embedded-postgres.suite.js';
import { pod, put } from '../../../../libs/storage/src/storage.suite.js';
import { createRemoteStorage } from '../../../api/src/remote-storage/remote-storage.suite.js';
import type { RunningStore } from '../store.js';
import { startStore } from '../store.js';
import { restoreSnapshot, type RestoreOptions } from './restore.js';
import { saveSnapshot, type SavedSnapshot } from './save.js';

const soon = { timeout: 15_000, interval: 20 };

let postgres: TestPostgres;
let config: Awaited<ReturnType<TestPostgres['emptied']>>;
let bus: MemoryBus;
let storage: Storage;
let store: RunningStore;

beforeAll(async () => {
  postgres = await startTestPostgres();
}, POSTGRES_HOOK_MS);
afterAll(() => postgres.stop(), POSTGRES_HOOK_MS);
beforeEach(async () => {
  config = await postgres.emptied();
  bus = createMemoryBus();
  storage = createRemoteStorage(bus);
  store = await startStore({ bus, postgres: config, logger: silentLogger });
  await store.whenLeading();
});
afterEach(async () => {
  await store.stop();
  await bus.close();
});

/** What is written to it, and the most that stood waiting at once. */
class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    setImmediate(done);
  }
}

async function save(): Promise<{ saved: SavedSnapshot; bytes: Buffer }> {
  const out = new Sink();
  const saved = await saveSnapshot({ postgres: config, out });
  return { saved, bytes: Buffer.concat(out.chunks) };
}

const restore = (bytes: Buffer, over: Partial<RestoreOptions> = {}) => restoreSnapshot({ postgres: config, input: Readable.from([bytes], { objectMode: false }), logger: silentLogger, ...over });
const write = async (name: string, expectedRevision = 0, text = name): Promise<number> => {
  const outcome = await storage.write([put(pod(name), expectedRevision, text)]);
  if (!outcome.ok) throw new Error('refused');
  return outcome.revisions[0]!;
};
const texts = async (): Promise<Record<string, string>> => Object.fromEntries((await storage.list('core/pods/')).items.map(({ key, value }) => [key, Buffer.from(value).toString()]));
/** What changes with every commit and every change of the whole state. */
const state = () => queryOnce(config, 'SELECT m.*, (SELECT count(*) FROM gantry.log) AS log, (SELECT sum(revision) FROM gantry.current) AS current FROM gantry.meta m');

describe('a snapshot', () => {
  it('brings the saved state back as a new incarnation, also under a store that runs', async () => {
    await write('a');
    await write('b');
    await storage.write([put('core/nodes/_/n', 0)]);
    const saved = await texts();
    const { bytes, saved: said } = await save();
    expect(said).toMatchObject({ revision: 3, objects: 3, sealed: 0, version: 1 });
    await write('a', 1, 'changed');
    await storage.write([{ type: 'delete', key: pod('b'), expectedRevision: 2 }]);
    const lost = await write('c');
    const restored = await restore(bytes);
    expect(restored).toMatchObject({ objects: 3, saved: { revision: 3 } });
    expect(restored.revision).toBeGreaterThan(2 ** 32);
    expect(restored.incarnation).not.toBe(said.incarnation);
    expect(await texts()).toEqual(saved);
    const { items, revision } = await storage.list('core/pods/');
    expect(items.every((item) => item.revision > 2 ** 32 && item.revision <= revision)).toBe(true);
    for (const old of [3, lost, revision - 1]) await expect(storage.history(old)).rejects.toMatchObject({ code: 'compacted' });
    const next = await vi.waitFor(() => write('d'), soon);
    expect(next).toBe(restored.revision + 1);
    expect((await storage.history(revision)).entries).toMatchObject([{ key: pod('d'), previousKind: items.at(-1)!.revision, previousObject: 0 }]);
    expect(await storage.write([put(pod('a'), 1, 'late')])).toMatchObject({ ok: false, current: { revision: items[0]!.revision } });
    await vi.waitFor(async () => expect(await bus.watch.lastSequence()).toBe(next), soon);
  });

  it('may be restored twice, each time as another incarnation', async () => {
    await write('a');
    const { bytes } = await save();
    const first = await restore(bytes);
    const second = await restore(bytes);
    expect(second.revision).toBeGreaterThan(first.revision);
    expect(second.incarnation).not.toBe(first.incarnation);
    expect(Object.keys(await texts())).toEqual([pod('a')]);
  });

  it('is of an empty state too', async () => {
    const { bytes } = await save();
    await write('a');
    expect(await restore(bytes)).toMatchObject({ objects: 0 });
    expect(await texts()).toEqual({});
    expect(await vi.waitFor(() => write('a'), soon)).toBeGreaterThan(2 ** 32);
  });

  it('is one picture, however much is written meanwhile, and carries any bytes', async () => {
    const odd = Uint8Array.from({ length: 1024 }, (_, i) => i % 256);
    await storage.write([{ ...put(pod('odd'), 0), value: odd, spliceOffset: 7, schemaHash: 'b' }]);
    await storage.write([{ ...put(pod('large'), 0), value: Buffer.alloc(2_500_000, 'x') }]);
    for (let i = 0; i < 300; i++) void write(`p${i}`);
    await write('last');
    let over = false;
    const writing = (async () => {
      for (let i = 0; !over; i++) await storage.write([put(pod(`x${i}`), 0), put(pod(`y${i}`), 0)]);
    })();
    const { bytes, saved } = await save();
    over = true;
    await writing;
    await store.stop();
    await restore(bytes);
    store = await startStore({ bus, postgres: config, logger: silentLogger });
    const { items } = await storage.list('core/pods/');
    expect(items).toHaveLength(saved.objects);
    const names = items.map(({ key }) => key.split('/').at(-1)!);
    expect(names.filter((name) => name.startsWith('x')).length).toBe(names.filter((name) => name.startsWith('y')).length);
    expect((await storage.get(pod('odd'))).value).toMatchObject({ value: Buffer.from(odd), spliceOffset: 7, schemaHash: 'b' });
  });

  it('keeps the time that keys have left', async () => {
    await storage.write([{ ...put(pod('short'), 0), ttlSeconds: 2 }, put(pod('kept'), 0)]);
    const { bytes } = await save();
    await restore(bytes);
    await vi.waitFor(async () => expect(Object.keys(await texts())).toEqual([pod('kept')]), soon);
  });
});

describe('what is sealed', () => {
  const secret = Buffer.alloc(32, 7);
  const sealed = Buffer.concat([SEALED_MARK, sealingKeyId(secret), Buffer.from('nonce, tag and what only the key opens')]);

  it('stays as it is, and is only restored where its key is', async () => {
    await storage.write([{ ...put('core/secrets/default/s', 0), value: sealed }]);
    const { bytes, saved } = await save();
    const id = sealingKeyId(secret).toString('hex');
    expect(saved).toMatchObject({ sealed: 1, sealedWith: [id] });
    const before = await state();
    await expect(restore(bytes, { keyIds: [sealingKeyId(Buffer.alloc(32, 8)).toString('hex')] })).rejects.toThrow(`1 of its objects are sealed with a key that is not here (${id})`);
    expect(await state()).toEqual(before);
    await restore(bytes, { keyIds: [id] });
    expect(Buffer.from((await storage.get('core/secrets/default/s')).value!.value)).toEqual(sealed);
  });
});

describe('what is no sound snapshot', () => {
  let good: Buffer;
  beforeEach(async () => {
    for (let i = 0; i < 20; i++) await write(`p${i}`);
    good = (await save()).bytes;
  });

  const body = (): { line: Buffer; frames: Buffer } => {
    const end = good.indexOf('\n') + 1;
    return { line: good.subarray(0, end), frames: gunzipSync(good.subarray(end)) };
  };
  const built = (change: (frames: Buffer) => Buffer, header: (line: string) => string = (line) => line): Buffer => {
    const { line, frames } = body();
    return Buffer.concat([Buffer.from(header(line.toString())), gzipSync(change(Buffer.from(frames)))]);
  };

  it.each<[string, () => Buffer, string]>([
    ['is empty', () => Buffer.alloc(0), 'it is empty'],
    ['is something else', () => Buffer.from('apiVersion: v1\nkind: List\n'), 'not a snapshot of Gantry'],
    ['has no line in it', () => Buffer.alloc(200_000, 'x'), 'not a snapshot of Gantry'],
    ['ends in its header', () => good.subarray(0, good.indexOf('\n')), 'ends in its header'],
    ['ends behind its header', () => good.subarray(0, good.indexOf('\n') + 1), 'ends too early'],
    ['ends in its content', () => good.subarray(0, good.length - 200), 'ends too early'],
    ['ends one byte early', () => good.subarray(0, good.length - 1), 'ends too early'],
    ['ends between two objects', () => built((frames) => frames.subarray(0, 4 + frames.readUInt32BE(0))), 'ends too early'],
    ['has another bit', () => Buffer.from(good).fill(good[good.length - 300]! ^ 4, good.length - 300, good.length - 299), 'damaged'],
    ['has another byte in an object', () => built((frames) => frames.fill('Q', frames.indexOf('metadata'), frames.indexOf('metadata') + 1)), 'checksum'],
    ['says another revision', () => built((frames) => frames, (line) => line.replace('"revision":20', '"revision":21')), 'checksum'],
    ['goes on behind its end', () => built((frames) => Buffer.concat([frames, Buffer.from([0, 0, 0, 1, 7])])), 'something follows its end'],
    ['is of a newer format', () => built((frames) => frames, (line) => line.replace('"version":1', '"version":2')), 'has format 2, and this program reads format 1'],
  ])('is refused when it %s, and the state stays as it was', async (_, make, words) => {
    const before = await state();
    await expect(restore(make())).rejects.toThrow(words);
    expect(await state()).toEqual(before);
    expect(await write('after')).toBe(21);
  });

  it('leaves the old state when the restore is ended in the middle, or as it commits', async () => {
    const before = await state();
    const endRestore = () => queryOnce(config, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gantry snapshot restore'");
    let chunks = 0;
    const slow = Readable.from((async function* () {
      for (let at = 0; at < good.length; at += 64) {
        if (++chunks === 5) await vi.waitFor(async () => expect(await endRestore()).toHaveLength(1));
        yield good.subarray(at, at + 64);
      }
    })(), { objectMode: false });
    await expect(restoreSnapshot({ postgres: config, input: slow, logger: silentLogger })).rejects.toThrow();
    expect(await state()).toEqual(before);
    await queryOnce(config, "CREATE FUNCTION gantry.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the machine went away'; END $$");
    await queryOnce(config, 'CREATE CONSTRAINT TRIGGER fail AFTER UPDATE ON gantry.meta DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.compacted > old.compacted) EXECUTE FUNCTION gantry.fail()');
    await expect(restore(good)).rejects.toThrow('the machine went away');
    expect(await state()).toEqual(before);
    expect(await write('after')).toBe(21);
  });
});
