import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../runtime.js';
import { readLog } from './read-log.js';
import { nextName, removeLog, rotateLog } from './rotate-log.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-log-'));
  path = join(folder, '0.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const line = (text: string, second = 0): string => `2026-01-02T03:04:${String(second).padStart(2, '0')}.000000000+00:00 stdout F ${text}\n`;
const write = (...texts: string[]): void => appendFileSync(path, texts.map((text) => line(text)).join(''));
/** A reaper that is told to open its file anew. */
const reopen = (): Promise<void> => {
  writeFileSync(`${path}.tmp`, '');
  renameSync(`${path}.tmp`, path);
  return Promise.resolve();
};
const rotate = (maxFiles = 5): Promise<void> => rotateLog(path, { maxSize: 1, maxFiles }, NOW, reopen);
const names = (): Promise<string[]> => import('node:fs/promises').then(({ readdir }) => readdir(folder)).then((all) => all.sort());

async function read(options: { tail?: number; since?: string } = {}): Promise<string> {
  const entries: LogEntry[] = [];
  for await (const entry of readLog(path, options)) entries.push(entry);
  return Buffer.concat(entries.map(({ data }) => data)).toString();
}

const numbered = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `line ${from + index} ${'x'.repeat(90)}`);
const text = (from: number, to: number): string => numbered(from, to).map((one) => `${one}\n`).join('');

describe('a log', () => {
  test('that is not there is empty', async () => {
    expect(await read()).toBe('');
    expect(await read({ tail: 3 })).toBe('');
    await removeLog(path);
  });

  test('is read whole, its tail, or from a time on; a line that is being written is none yet', async () => {
    writeFileSync(path, line('one', 1) + line('two', 2) + line('three', 3) + '2026-01-02T03:04:05.0');
    expect(await read()).toBe('one\ntwo\nthree\n');
    expect([await read({ tail: 0 }), await read({ tail: 1 }), await read({ tail: 2 }), await read({ tail: 9 })]).toEqual(['', 'three\n', 'two\nthree\n', 'one\ntwo\nthree\n']);
    expect(await read({ since: String(NOW / 1000 - 3) })).toBe('two\nthree\n');
  });

  test.each([0, 1, 2, 500, 9_999, 10_000, 12_000])('has its last %i lines, however long it is', async (tail) => {
    write(...numbered(0, 10_000));
    expect(await read({ tail })).toBe(text(Math.max(0, 10_000 - tail), 10_000));
  });

  test('is one with its rotated and compressed files', async () => {
    for (let part = 0; part < 4; part += 1) {
      write(...numbered(part * 1000, part * 1000 + 1000));
      await rotate();
    }
    write(...numbered(4000, 4500));
    expect(await names()).toEqual(['0.log', '0.log.20260102-030405.gz', '0.log.20260102-030406.gz', '0.log.20260102-030407.gz', '0.log.20260102-030408']);
    expect(await read()).toBe(text(0, 4500));
    expect(await read({ tail: 700 })).toBe(text(3800, 4500));
    expect(await read({ tail: 2600 })).toBe(text(1900, 4500));
    await removeLog(path);
    expect(await names()).toEqual([]);
  });

  test.each([2, 3, 5])('has no more than %i files', async (maxFiles) => {
    for (let part = 0; part < 8; part += 1) {
      write(`part ${part}`);
      await rotate(maxFiles);
    }
    expect(await names()).toHaveLength(maxFiles);
    expect(await read()).toBe(Array.from({ length: maxFiles - 1 }, (_, index) => `part ${8 - (maxFiles - 1) + index}\n`).join(''));
  });

  test('is not rotated before it is long enough', async () => {
    write('a');
    await rotateLog(path, { maxSize: 10_000, maxFiles: 5 }, NOW, reopen);
    expect(await names()).toEqual(['0.log']);
  });

  test('whose writer was not asked to open it anew has each line once, and the writer is asked next time', async () => {
    write('one');
    await rotateLog(path, { maxSize: 1, maxFiles: 5 }, NOW, () => Promise.resolve());
    write('two');
    expect(await read()).toBe('one\ntwo\n');
    let asked = 0;
    const again = (): Promise<void> => {
      asked += 1;
      return reopen();
    };
    await rotateLog(path, { maxSize: 1, maxFiles: 5 }, NOW, again);
    write('three');
    expect([asked, await names(), await read()]).toEqual([1, ['0.log', '0.log.20260102-030405'], 'one\ntwo\nthree\n']);
  });

  test('of which a file was compressed and not removed has each line once', async () => {
    write('one');
    await rotate();
    writeFileSync(`${path}.20260102-030405.gz`, gzipSync(readFileSync(`${path}.20260102-030405`)));
    write('two');
    expect(await read()).toBe('one\ntwo\n');
    await rotate();
    expect(await names()).toEqual(['0.log', '0.log.20260102-030405.gz', '0.log.20260102-030406']);
  });
});

test.each([[undefined, '20260102-030405'], ['20260102-030404', '20260102-030405'], ['20260102-030405', '20260102-030406'], ['20261231-235959', '20270101-000000']])('after %s comes %s', (newest, name) => {
  expect(nextName(NOW, newest)).toBe(name);
});

describe('a log that is followed', () => {
  const follow = (options: { tail?: number } = {}) => {
    const [ended, left] = [new AbortController(), new AbortController()];
    return { ended, left, entries: readLog(path, options, { ended: ended.signal, signal: left.signal }) };
  };
  /** So many entries. */
  const take = async (entries: AsyncGenerator<LogEntry>, count: number): Promise<string> => {
    let all = '';
    for (let taken = 0; taken < count; taken += 1) all += Buffer.from((await entries.next()).value?.data ?? []).toString();
    return all;
  };

  test('goes on with what is written, to the last line before its end', async () => {
    write('one');
    const { entries, ended } = follow();
    expect(await take(entries, 1)).toBe('one\n');
    const next = take(entries, 2);
    write('two', 'three');
    expect(await next).toBe('two\nthree\n');
    write('four');
    ended.abort();
    expect(await take(entries, 1)).toBe('four\n');
    expect((await entries.next()).done).toBe(true);
  });

  test('begins where it is wanted, and before there is anything', async () => {
    const early = follow();
    const first = take(early.entries, 1);
    write('one', 'two');
    expect(await first).toBe('one\n');
    const late = follow({ tail: 0 });
    const next = take(late.entries, 1);
    await new Promise((resolve) => setImmediate(resolve));
    late.ended.abort();
    early.left.abort();
    expect(await next).toBe('');
    expect((await early.entries.next()).done).toBe(true);
  });

  test.each([1, 3, 7])('loses nothing and repeats nothing while it is rotated, also where its reader is %i files behind', async (behind) => {
    write(...numbered(0, 100));
    const { entries, ended } = follow();
    let all = await take(entries, 50);
    let written = 100;
    for (let round = 0; round < 3; round += 1) {
      for (let file = 0; file < behind; file += 1) {
        await rotateLog(path, { maxSize: 1, maxFiles: 20 }, NOW, () => {
          // Written when the file has its new name and the writer has not opened the other one.
          write(...numbered(written, written + 50));
          return reopen();
        });
        write(...numbered(written + 50, written + 100));
        written += 100;
      }
      all += await take(entries, behind * 100);
    }
    ended.abort();
    for await (const { data } of entries) all += Buffer.from(data).toString();
    expect(all).toBe(text(0, written));
  });
});
