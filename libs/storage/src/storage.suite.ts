import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyOf } from './keys.js';
import type { DeleteOperation, LogEntry, PutOperation, Storage, WriteOutcome } from './storage.js';

/** A storage under test, empty, and what the suite must do besides calling it. */
export interface StorageUnderTest {
  readonly storage: Storage;
  /** Forgets history: reads below `revision` fail with `compacted` once this resolves. */
  compact(revision: number): Promise<void> | void;
  stop(): Promise<void> | void;
}

const encoder = new TextEncoder();

export function pod(name: string, namespace = 'default'): string {
  return keyOf({ group: 'core', resource: 'pods', namespace, name });
}

export function put(key: string, expectedRevision: number, text = key): PutOperation {
  return { type: 'put', key, expectedRevision, value: encoder.encode(`{"metadata":{"name":${JSON.stringify(text)}}}`), spliceOffset: 13, schemaHash: 'a' };
}

function remove(key: string, expectedRevision: number): DeleteOperation {
  return { type: 'delete', key, expectedRevision };
}

function revisionsOf(outcome: WriteOutcome): readonly number[] {
  if (!outcome.ok) throw new Error(`operation ${outcome.failedOperation} was refused`);
  return outcome.revisions;
}

function textOf(value: { readonly value: Uint8Array } | undefined): string | undefined {
  return value && Buffer.from(value.value).toString();
}

const summary = ({ revision, type, key, previousKind, previousObject, transactionLast }: LogEntry) => ({ revision, type, key, previousKind, previousObject, transactionLast });

/** What every implementation of `Storage` does. `make` gives a new, empty one for each test; `absent` says why this machine has none. */
export function describeStorage(name: string, make: () => Promise<StorageUnderTest> | StorageUnderTest, absent: () => string | undefined = () => undefined): void {
  describe(`storage: ${name}`, () => {
    let under: StorageUnderTest;
    let storage: Storage;
    const write = async (...operations: (PutOperation | DeleteOperation)[]) => revisionsOf(await storage.write(operations));

    beforeEach(async (context) => {
      const reason = absent();
      if (reason !== undefined) return context.skip(reason);
      under = await make();
      storage = under.storage;
    });
    afterEach(() => under?.stop());

    it('starts at revision 0 and gives dense revisions', async () => {
      expect(await storage.currentRevision()).toBe(0);
      expect(await write(put(pod('a'), 0))).toEqual([1]);
      expect(await write(put(pod('b'), 0))).toEqual([2]);
      expect(await storage.currentRevision()).toBe(2);
    });

    it('reads its own writes, byte for byte', async () => {
      const bytes = Uint8Array.from({ length: 512 }, (_, i) => i % 256);
      await write({ ...put(pod('a'), 0), value: bytes, spliceOffset: 7, schemaHash: 'schema-1' });
      const { revision, value } = await storage.get(pod('a'));
      expect(revision).toBe(1);
      expect(value).toMatchObject({ key: pod('a'), revision: 1, spliceOffset: 7, schemaHash: 'schema-1' });
      expect(Buffer.compare(value?.value ?? new Uint8Array(), bytes)).toBe(0);
    });

    it('answers a key that is not there with undefined', async () => {
      expect(await storage.get(pod('none'))).toEqual({ revision: 0, value: undefined });
    });

    it('refuses a create of what exists, and says what is there', async () => {
      await write(put(pod('a'), 0, 'first'));
      const outcome = await storage.write([put(pod('a'), 0, 'second')]);
      expect(outcome).toMatchObject({ ok: false, failedOperation: 0, current: { key: pod('a'), revision: 1 } });
      expect(outcome.ok ? '' : textOf(outcome.current)).toContain('first');
      expect(await storage.currentRevision()).toBe(1);
    });

    it('refuses an update or a delete at another revision than the present one', async () => {
      const [first] = await write(put(pod('a'), 0));
      const [second] = await write(put(pod('a'), first ?? 0, 'changed'));
      expect(await storage.write([put(pod('a'), first ?? 0, 'late')])).toMatchObject({ ok: false, failedOperation: 0, current: { revision: second } });
      expect(await storage.write([remove(pod('a'), first ?? 0)])).toMatchObject({ ok: false, failedOperation: 0, current: { revision: second } });
      expect(await storage.write([put(pod('gone'), 7)])).toEqual({ ok: false, failedOperation: 0, current: undefined });
    });

    it('writes all operations of a write or none', async () => {
      await write(put(pod('b'), 0));
      expect(await storage.write([put(pod('a'), 0), put(pod('b'), 0)])).toMatchObject({ ok: false, failedOperation: 1 });
      expect((await storage.get(pod('a'))).value).toBeUndefined();
      expect(await write(put(pod('a'), 0), put(pod('b'), 1, 'changed'), put(pod('c'), 0))).toEqual([2, 3, 4]);
      const { entries } = await storage.history(1);
      expect(entries.map(({ transactionLast }) => transactionLast)).toEqual([false, false, true]);
    });

    it('checks what a write rests on, and writes nothing for it', async () => {
      await write(put(pod('a'), 0), put(pod('b'), 0));
      const check = (key: string, expectedRevision: number) => ({ type: 'check', key, expectedRevision }) as const;
      expect(revisionsOf(await storage.write([put(pod('c'), 0), check(pod('a'), 1), check(pod('none'), 0)]))).toEqual([3, 1, 0]);
      expect((await storage.history(2)).entries.map(({ key, transactionLast }) => [key, transactionLast])).toEqual([[pod('c'), true]]);
      await write(put(pod('a'), 1, 'changed'));
      expect(await storage.write([put(pod('d'), 0), check(pod('a'), 1)])).toMatchObject({ ok: false, failedOperation: 1, current: { key: pod('a'), revision: 4 } });
      expect(await storage.write([put(pod('d'), 0), check(pod('none'), 1)])).toMatchObject({ ok: false, failedOperation: 1, current: undefined });
      expect(revisionsOf(await storage.write([check(pod('a'), 4)]))).toEqual([4]);
      expect((await storage.get(pod('d'))).value).toBeUndefined();
      expect(await storage.currentRevision()).toBe(4);
    });

    it('writes nothing for a put of what is there, and answers the old revision', async () => {
      await write(put(pod('a'), 0), put(pod('b'), 0));
      expect(await write(put(pod('a'), 1))).toEqual([1]);
      expect(await storage.currentRevision()).toBe(2);
      expect(await write(put(pod('a'), 1), put(pod('b'), 2, 'changed'))).toEqual([1, 3]);
      expect((await storage.history(2)).entries.map(({ transactionLast }) => transactionLast)).toEqual([true]);
      expect(await write({ ...put(pod('a'), 1), schemaHash: 'b' })).toEqual([4]);
    });

    it.each([
      ['a key of three parts', [{ ...put(pod('a'), 0), key: 'core/pods/a' }]],
      ['a key with a NUL', [{ ...put(pod('a'), 0), key: 'core/pods/default/a\u0000' }]],
      ['one key twice', [put(pod('a'), 0), put(pod('a'), 0)]],
      ['a delete that expects nothing', [remove(pod('a'), 0)]],
      ['more bytes than one commit holds', [{ ...put(pod('a'), 0), value: Buffer.alloc(33 * 1024 * 1024) }]],
      ['more operations than one commit holds', Array.from({ length: 10_001 }, (_, i) => put(pod(`p${i}`), 0))],
    ])('throws a RangeError on %s', async (_, operations) => {
      await expect(storage.write(operations)).rejects.toThrow(RangeError);
      expect(await storage.currentRevision()).toBe(0);
    });

    it('chains the changes of an object and of a resource type', async () => {
      const map = keyOf({ group: 'core', resource: 'configmaps', namespace: 'default', name: 'm' });
      await write(put(pod('a'), 0));
      await write(put(map, 0));
      await write(put(pod('b'), 0));
      await write(put(pod('a'), 1, 'changed'));
      await write(remove(pod('a'), 4));
      await write(put(pod('a'), 0));
      expect((await storage.history(0)).entries.map(summary)).toEqual([
        { revision: 1, type: 'ADDED', key: pod('a'), previousKind: 0, previousObject: 0, transactionLast: true },
        { revision: 2, type: 'ADDED', key: map, previousKind: 0, previousObject: 0, transactionLast: true },
        { revision: 3, type: 'ADDED', key: pod('b'), previousKind: 1, previousObject: 0, transactionLast: true },
        { revision: 4, type: 'MODIFIED', key: pod('a'), previousKind: 3, previousObject: 1, transactionLast: true },
        { revision: 5, type: 'DELETED', key: pod('a'), previousKind: 4, previousObject: 4, transactionLast: true },
        { revision: 6, type: 'ADDED', key: pod('a'), previousKind: 5, previousObject: 0, transactionLast: true },
      ]);
    });

    it('gives a delete the last state', async () => {
      await write(put(pod('a'), 0, 'first'));
      await write({ ...put(pod('a'), 1, 'last'), schemaHash: 'b' });
      await write(remove(pod('a'), 2));
      const [entry] = (await storage.history(2)).entries;
      expect(entry).toMatchObject({ type: 'DELETED', spliceOffset: 13, schemaHash: 'b' });
      expect(textOf(entry)).toContain('last');
      expect((await storage.get(pod('a'))).value).toBeUndefined();
    });

    it('pages through the history', async () => {
      for (let i = 0; i < 7; i++) await write(put(pod(`p${i}`), 0));
      const first = await storage.history(0, { limit: 3 });
      expect(first.revision).toBe(7);
      expect(first.entries.map(({ revision }) => revision)).toEqual([1, 2, 3]);
      expect((await storage.history(3, { limit: 3 })).entries.map(({ revision }) => revision)).toEqual([4, 5, 6]);
      expect((await storage.history(7)).entries).toEqual([]);
    });

    it('lists by the bytes of the keys, and only what has the prefix', async () => {
      const names = ['b', 'a', 'a.b', 'a-b', 'Z', '\uff5e', '\u{1f600}', 'ä'];
      for (const name of names) await write(put(pod(name), 0));
      await write(put(pod('a', 'default2'), 0));
      const page = await storage.list('core/pods/default/');
      const expected = names.map((name) => pod(name)).sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      expect(page.items.map(({ key }) => key)).toEqual(expected);
      expect(page).toMatchObject({ revision: 9, more: false, remaining: 0 });
      expect((await storage.list('core/pods/')).items).toHaveLength(9);
      expect((await storage.list('core/nodes/')).items).toEqual([]);
    });

    it('pages through a list and counts what remains', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) await write(put(pod(name), 0));
      const first = await storage.list('core/pods/', { limit: 2 });
      expect(first).toMatchObject({ more: true, remaining: 3 });
      expect(first.items.map(({ key }) => key)).toEqual([pod('a'), pod('b')]);
      const second = await storage.list('core/pods/', { limit: 3, after: pod('b'), revision: first.revision });
      expect(second).toMatchObject({ more: false, remaining: 0, revision: first.revision });
      expect(second.items.map(({ key }) => key)).toEqual([pod('c'), pod('d'), pod('e')]);
    });

    it('reads and lists exactly at a revision, whatever came after', async () => {
      await write(put(pod('a'), 0, 'a1'), put(pod('b'), 0, 'b1'), put(pod('c'), 0, 'c1'));
      await write(put(pod('a'), 1, 'a2'));
      await write(remove(pod('b'), 2));
      await write(put(pod('d'), 0, 'd1'));
      await write(put(pod('a'), 4, 'a3'), remove(pod('c'), 3));
      await write(put(pod('b'), 0, 'b2'));
      const at = async (revision: number) => (await storage.list('core/pods/', { revision })).items.map((item) => `${item.revision}`);
      expect(await at(3)).toEqual(['1', '2', '3']);
      expect(await at(4)).toEqual(['4', '2', '3']);
      expect(await at(5)).toEqual(['4', '3']);
      expect(await at(6)).toEqual(['4', '3', '6']);
      expect(await at(8)).toEqual(['7', '6']);
      expect(await at(9)).toEqual(['7', '9', '6']);
      expect(textOf((await storage.get(pod('a'), { revision: 5 })).value)).toContain('a2');
      expect((await storage.get(pod('b'), { revision: 5 })).value).toBeUndefined();
      expect(textOf((await storage.get(pod('b'), { revision: 4 })).value)).toContain('b1');
      expect((await storage.get(pod('b'))).value?.revision).toBe(9);
      expect(await storage.list('core/pods/', { revision: 4, limit: 1, after: pod('a') })).toMatchObject({ revision: 4, more: true, remaining: 1, items: [{ key: pod('b'), revision: 2 }] });
    });

    it('refuses the future', async () => {
      await write(put(pod('a'), 0));
      await expect(storage.get(pod('a'), { revision: 2 })).rejects.toMatchObject({ name: 'StorageError', code: 'future' });
      await expect(storage.list('core/pods/', { revision: 2 })).rejects.toMatchObject({ code: 'future' });
      await expect(storage.history(2)).rejects.toMatchObject({ code: 'future' });
    });

    it('refuses what was compacted and keeps everything from there on', async () => {
      await write(put(pod('a'), 0, 'a1'), put(pod('b'), 0), put(pod('c'), 0));
      await write(put(pod('a'), 1, 'a2'));
      await write(remove(pod('b'), 2));
      await write(put(pod('a'), 4, 'a3'));
      await under.compact(5);
      await expect(storage.get(pod('a'), { revision: 4 })).rejects.toMatchObject({ code: 'compacted' });
      await expect(storage.list('core/pods/', { revision: 4 })).rejects.toMatchObject({ code: 'compacted' });
      await expect(storage.history(4)).rejects.toMatchObject({ code: 'compacted' });
      expect((await storage.list('core/pods/', { revision: 5 })).items.map(({ revision }) => revision)).toEqual([4, 3]);
      expect((await storage.list('core/pods/')).items.map(({ revision }) => revision)).toEqual([6, 3]);
      expect(textOf((await storage.get(pod('a'), { revision: 5 })).value)).toContain('a2');
      expect((await storage.history(5)).entries.map(({ revision }) => revision)).toEqual([6]);
      expect(await write(put(pod('b'), 0))).toEqual([7]);
      expect((await storage.history(6)).entries[0]).toMatchObject({ type: 'ADDED', previousKind: 6, previousObject: 0 });
    });

    it('has one winner when many write one key at once', async () => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => storage.write([put(pod('a'), 0, `writer ${i}`)])));
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(outcomes.filter((outcome) => !outcome.ok && outcome.current?.revision === 1)).toHaveLength(19);
      expect(await storage.currentRevision()).toBe(1);
    });

    it('counts every increment of many clients that retry on a refusal', async () => {
      await write(put(pod('counter'), 0, '0'));
      const increment = async (): Promise<void> => {
        const { value } = await storage.get(pod('counter'));
        const count = Number(/"name":"(\d+)"/.exec(textOf(value) ?? '')?.[1]);
        const outcome = await storage.write([put(pod('counter'), value?.revision ?? 0, String(count + 1))]);
        if (!outcome.ok) await increment();
      };
      await Promise.all(Array.from({ length: 12 }, increment));
      expect(textOf((await storage.get(pod('counter'))).value)).toContain('"12"');
      expect(await storage.currentRevision()).toBe(13);
    });

    it('carries objects larger than any message', async () => {
      const value = Buffer.alloc(2_500_000, 'x');
      await write({ ...put(pod('big'), 0), value });
      await write({ ...put(pod('big2'), 0), value });
      expect(Buffer.compare((await storage.get(pod('big'))).value?.value ?? new Uint8Array(), value)).toBe(0);
      expect((await storage.list('core/pods/')).items.map((item) => item.value.length)).toEqual([value.length, value.length]);
      const refused = await storage.write([put(pod('big'), 0)]);
      expect(refused.ok ? undefined : refused.current?.value.length).toBe(value.length);
    });
  });
}
