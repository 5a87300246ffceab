import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync, mkdirSync, symlinkSync, linkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveOf, directory, hardLink, link } from '../image-harness.suite.js';
import type { TarEntry } from './entry.js';
import { TarReader } from './reader.js';

/** Reads an archive in pieces of a size; what each entry holds is put together by positions. */
function read(archive: Buffer, piece = archive.length): (TarEntry & { readonly content: Buffer })[] {
  const entries: (TarEntry & { content: Buffer })[] = [];
  const reader = new TarReader({
    begin: (entry) => void entries.push({ ...entry, content: Buffer.alloc(entry.size) }),
    data: (bytes, position) => void bytes.copy(entries.at(-1)!.content, position),
    end: () => undefined,
  });
  for (let start = 0; start < archive.length; start += piece) reader.push(archive.subarray(start, start + piece));
  reader.end();
  return entries;
}

const LONG = `${'directory/'.repeat(20)}file`;
const CAPABILITY = Buffer.from([1, 0, 0, 2, 0x80, 0xff, 10, 61, 0]);

describe('an archive', () => {
  const archive = archiveOf([
    directory('a/'),
    { name: 'a/file', content: 'hello', mode: 0o4755, uid: 1000, gid: 3_000_000, mtime: 1_600_000_000 },
    { name: LONG, content: 'x'.repeat(5000), xattrs: new Map([['security.capability', CAPABILITY]]) },
    link('a/link', '../elsewhere'),
    link('a/long', LONG),
    hardLink('a/hard', 'a/file'),
    { name: 'dev/null', type: 'character-device', major: 1, minor: 3 },
    { name: 'pipe', type: 'fifo' },
    { name: 'empty' },
  ]);

  test.each([1, 7, 511, 512, 513, 4096, archive.length])('reads the same in pieces of %d bytes', (piece) => {
    const entries = read(archive, piece);
    expect(entries.map(({ type, name }) => [type, name])).toEqual([
      ['directory', 'a/'], ['file', 'a/file'], ['file', LONG], ['symbolic-link', 'a/link'], ['symbolic-link', 'a/long'], ['hard-link', 'a/hard'], ['character-device', 'dev/null'], ['fifo', 'pipe'], ['file', 'empty'],
    ]);
    expect(entries[1]).toMatchObject({ mode: 0o4755, uid: 1000, gid: 3_000_000, mtime: 1_600_000_000, content: Buffer.from('hello') });
    expect(entries[2]?.content.toString()).toBe('x'.repeat(5000));
    expect(entries[2]?.xattrs.get('security.capability')).toEqual(CAPABILITY);
    expect(entries[4]?.linkName).toBe(LONG);
    expect(entries[6]).toMatchObject({ major: 1, minor: 3 });
  });

  test('that is cut off anywhere is refused, or ends between two entries', () => {
    for (let length = 512; length < archive.length - 1024; length += 256) {
      const cut = archive.subarray(0, length);
      let count: number;
      try {
        count = read(cut).length;
      } catch (error) {
        expect((error as Error).message).toContain('ends in the middle of an entry');
        continue;
      }
      expect(read(archive).slice(0, count).map(({ name }) => name)).toEqual(read(cut).map(({ name }) => name));
    }
  });

  test('with one bit changed in a header is refused', () => {
    for (let byte = 0; byte < 500; byte += 13) {
      const damaged = Buffer.from(archive);
      damaged[byte]! ^= 4;
      expect(() => read(damaged), `byte ${byte}`).toThrow(/damaged/);
    }
  });

  test('ignores what follows its end', () => {
    expect(read(Buffer.concat([archive, Buffer.from('anything')]))).toHaveLength(9);
  });
});

describe('what GNU tar writes', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gantry-tar-'));
    mkdirSync(join(folder, 'files', 'd'.repeat(70), 'e'.repeat(70)), { recursive: true });
    writeFileSync(join(folder, 'files', 'd'.repeat(70), 'e'.repeat(70), 'f'.repeat(90)), 'deep');
    writeFileSync(join(folder, 'files', 'größe'), 'utf-8');
    writeFileSync(join(folder, 'files', 'sparse'), 'start');
    truncateSync(join(folder, 'files', 'sparse'), 10_000_000);
    writeFileSync(join(folder, 'files', 'sparse'), 'end', { flag: 'a' });
    symlinkSync('x'.repeat(150), join(folder, 'files', 'link'));
    linkSync(join(folder, 'files', 'sparse'), join(folder, 'files', 'hard'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['gnu', []], ['posix', []], ['ustar', ['--exclude=link', '--exclude=sparse', '--exclude=hard']],
    ['gnu', ['--sparse']], ['posix', ['--sparse']], ['posix', ['--sparse', '--sparse-version=0.1']],
  ])('in the format %s %j is read', (format, options) => {
    const { stdout } = spawnSync('tar', ['--create', '--sort=name', `--format=${format}`, ...options, '-C', join(folder, 'files'), '.'], { maxBuffer: 2 ** 27 });
    const entries = new Map(read(stdout, 10_000).map((entry) => [entry.name, entry]));
    expect(entries.get(`./${'d'.repeat(70)}/${'e'.repeat(70)}/${'f'.repeat(90)}`)?.content.toString()).toBe('deep');
    expect(entries.get(`./${Buffer.from('größe').toString('latin1')}`)?.content.toString()).toBe('utf-8');
    if (format === 'ustar') return;
    expect(entries.get('./link')?.linkName).toBe('x'.repeat(150));
    const sparse = [entries.get('./sparse'), entries.get('./hard')].find((entry) => entry?.type === 'file');
    expect(sparse?.size).toBe(10_000_003);
    expect(sparse?.content.subarray(0, 6).toString()).toBe('start\0');
    expect(sparse?.content.subarray(-4).toString()).toBe('\0end');
  });
});

test.each<[string, Buffer[], RegExp]>([
  ['a size that is no whole number', [extended('x', 'size=512.5')], /size that is no whole number/],
  ['records without end for all entries', [0, 1].map((half) => extended('g', ...Array.from({ length: 6000 }, (_, index) => `${half}.${index}=x`))), /more than 10000 records/],
  ['records without end for one entry', [0, 1].map((half) => extended('x', ...Array.from({ length: 6000 }, (_, index) => `${half}.${index}=x`))), /more than 10000 records/],
  ['a map of a sparse file without end', [oldSparse(), Buffer.concat(Array.from({ length: 48_000 }, extensionOfMap))], /map of a sparse file does not fit/],
  ['a map of a sparse file that does not say how long it is', [extended('x', 'GNU.sparse.major=1'), archiveOf([{ name: 'a', content: '7'.repeat(2048) }])], /map of a sparse file does not fit/],
])('an archive with %s is refused', (_, headers, reason) => {
  expect(() => read(Buffer.concat([...headers, archiveOf([{ name: 'a', content: 'x'.repeat(1024) }])]))).toThrow(reason);
});

/** The header of a file of type S whose map goes on. */
function oldSparse(): Buffer {
  return marked(archiveOf([{ name: 'sparse' }]).subarray(0, 512), 'S', (block) => block.fill(1, 482, 483));
}

function extensionOfMap(): Buffer {
  const block = Buffer.alloc(512);
  for (let at = 0; at < 504; at += 24) block.write('00000000000\x0000000000000', at, 'latin1');
  return block.fill(1, 504, 505);
}

/** A header that says something else, with its checksum. */
function marked(block: Buffer, flag: string, change: (block: Buffer) => void = () => undefined): Buffer {
  block[156] = flag.charCodeAt(0);
  change(block);
  block.write('        ', 148, 'latin1');
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** An extended header of any short records: their length counts its own digits, one or two. */
function extended(flag: string, ...records: readonly string[]): Buffer {
  const body = Buffer.from(records.map((record) => `${record.length < 7 ? record.length + 3 : record.length + 4} ${record}\n`).join(''));
  const block = marked(archiveOf([{ name: 'extended', content: body }]).subarray(0, 512), flag);
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

test('our archives are read by GNU tar', () => {
  const { stdout, status, stderr } = spawnSync('tar', ['--list', '--verbose', '--numeric-owner', '--full-time', '--utc'], {
    input: archiveOf([directory('a/'), { name: LONG, content: 'x'.repeat(700), mode: 0o2750, uid: 12, gid: 3_000_000 }, link('l', LONG)]), env: { ...process.env, TZ: 'UTC' },
  });
  expect([status, stderr.toString()]).toEqual([0, '']);
  const lines = stdout.toString().trim().split('\n').map((line) => line.replace(/\s+/g, ' '));
  expect(lines).toEqual([`drwxr-xr-x 0/0 0 2023-11-14 22:13:20 a/`, `-rwxr-s--- 12/3000000 700 2023-11-14 22:13:20 ${LONG}`, `lrwxrwxrwx 0/0 0 2023-11-14 22:13:20 l -> ${LONG}`]);
});
