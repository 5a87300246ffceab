import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, lstat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Written } from '../image-harness.suite.js';
import { archiveOf, directory, hardLink, link } from '../image-harness.suite.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { unpackLayer } from './unpack-layer.js';

const isRoot = process.getuid?.() === 0;

let place: string;
let folder: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'gantry-unpack-'));
  folder = join(place, 'layer');
  await mkdir(folder);
  await writeFile(join(place, 'outside'), 'untouched');
});
afterEach(() => rm(place, { recursive: true, force: true }));

async function unpack(blob: Buffer, limits = {}): ReturnType<typeof unpackLayer> {
  await writeFile(join(place, 'blob'), blob);
  return unpackLayer({ blob: join(place, 'blob'), folder, limits: { ...DEFAULT_LIMITS, ...limits } });
}

describe.skipIf(!isRoot)('a layer (needs root)', () => {
  test('has owners, modes, times and links as its archive says', async () => {
    const archive = archiveOf([
      directory('bin/', { mode: 0o1777, uid: 5, gid: 6 }),
      { name: 'bin/su', content: 'program', mode: 0o4755, uid: 7, gid: 8, mtime: 1_600_000_000 },
      { name: 'bin/plain', content: 'x', mode: 0o640 },
      link('bin/sh', '/bin/su', { uid: 9, gid: 10 }),
      hardLink('bin/second', 'bin/su'),
      { name: 'implied/parents/file', content: '' },
      { name: 'run/pipe', type: 'fifo', mode: 0o600 },
    ]);
    const { diffId, bytes, remaining } = await unpack(archive);
    expect(diffId).toBe(`sha256:${createHash('sha256').update(archive).digest('hex')}`);
    expect(bytes).toBe(8);
    expect(await stat(join(folder, 'bin'))).toMatchObject({ mode: 0o41777, uid: 5, gid: 6, mtimeMs: 1_700_000_000_000 });
    expect(await stat(join(folder, 'bin/su'))).toMatchObject({ mode: 0o104755, uid: 7, gid: 8, nlink: 2, mtimeMs: 1_600_000_000_000 });
    expect((await stat(join(folder, 'bin/plain'))).mode).toBe(0o100640);
    expect(await readlink(join(folder, 'bin/sh'))).toBe('/bin/su');
    expect(await lstat(join(folder, 'bin/sh'))).toMatchObject({ uid: 9, gid: 10 });
    expect(await readFile(join(folder, 'bin/second'), 'utf8')).toBe('program');
    expect(remaining.implied).toEqual(['implied', 'implied/parents', 'run']);
    expect(remaining.specialFiles.get('run/pipe')).toMatchObject({ type: 'fifo', mode: 0o600 });
  });

  test('is what GNU tar makes of its archive, compressed or not', async () => {
    await mkdir(join(place, 'expected'));
    spawnSync('tar', ['--extract', '--same-permissions', '-C', join(place, 'expected')], { input: mixedArchive() });
    for (const blob of [mixedArchive(), gzipSync(mixedArchive()), zstdCompressSync(mixedArchive()), ...[gzipSync, zstdCompressSync].map((compress) => Buffer.concat([compress(mixedArchive().subarray(0, 700)), compress(mixedArchive().subarray(700))]))]) {
      await rm(folder, { recursive: true });
      await mkdir(folder, { mode: 0o755 });
      await unpack(blob);
      expect(listing(folder)).toEqual(listing(join(place, 'expected')));
    }
  });

  test('has of two entries with one name the later, whatever the earlier was', async () => {
    await unpack(archiveOf([
      { name: 'a', content: 'file' }, directory('a/'), { name: 'a/inside', content: 'x' },
      directory('b/'), { name: 'b/inside', content: 'x' }, { name: 'b', content: 'file now' },
      link('c', 'a'), { name: 'c', content: 'no link' }, { name: 'd', content: 'first' }, { name: './d', content: 'second' },
    ]));
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual(['a', 'a/inside', 'b', 'c', 'd']);
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('file now');
    expect(await readFile(join(folder, 'c'), 'utf8')).toBe('no link');
    expect(await readFile(join(folder, 'd'), 'utf8')).toBe('second');
  });

  test('tells what it removes from those below', async () => {
    const { remaining } = await unpack(archiveOf([directory('etc/'), { name: 'etc/.wh.passwd' }, { name: '.wh.tmp' }, directory('var/'), { name: 'var/.wh..wh..opq' }, { name: '.wh..wh.plnk' }, { name: 'marked', type: 'character-device' }]));
    expect(remaining).toMatchObject({ removed: new Set(['etc/passwd', 'tmp', 'marked']), opaque: new Set(['var']) });
    expect(await readdir(folder)).toEqual(['etc', 'var']);
  });

  test('keeps of extended attributes only what no layer can do harm with', async () => {
    const xattrs = new Map(['security.capability', 'user.note', 'trusted.overlay.redirect', 'user.overlay.opaque', 'security.selinux', 'system.posix_acl_access'].map((name) => [name, Buffer.from('x')]));
    const { remaining } = await unpack(archiveOf([{ name: 'ping', content: 'x', xattrs }]));
    expect([...remaining.xattrs]).toEqual([['ping', [['security.capability', Buffer.from('x')], ['user.note', Buffer.from('x')]]]]);
  });
});

describe('a hostile layer', () => {
  test.each<[string, readonly Written[], RegExp]>([
    ['a path with ".."', [{ name: '../outside', content: 'evil' }], /leads out of its place by "\.\."/],
    ['".." further in', [{ name: 'a/../../outside', content: 'evil' }], /leads out of its place/],
    ['an absolute path', [{ name: '/etc/passwd', content: 'evil' }], /has an absolute path/],
    ['a link that leads out', [link('out', '../outside')], /symbolic link "out" leads out of the image/],
    ['a link that leads out from further in', [directory('a/'), link('a/out', 'b/../../../outside')], /leads out of the image/],
    ['a file through a link', [link('dir', '/tmp'), { name: 'dir/outside', content: 'evil' }], /lies behind "dir", which is no directory/],
    ['a directory through a link', [directory('real/'), link('dir', 'real'), directory('dir/sub/')], /lies behind "dir"/],
    ['a link through a link', [link('a', 'b'), link('a/c', 'd')], /lies behind "a"/],
    ['a file below a file', [{ name: 'a', content: 'x' }, { name: 'a/b', content: 'x' }], /lies behind "a"/],
    ['a hard link to the machine', [hardLink('shadow', '/etc/shadow')], /leads to "\/etc\/shadow", which is no file of its layer/],
    ['a hard link that leads out', [hardLink('x', '../outside')], /leads out of its place/],
    ['a hard link through a link', [link('etc', '/etc'), hardLink('x', 'etc/passwd')], /is no file of its layer/],
    ['a hard link to a directory', [directory('a/'), hardLink('b', 'a')], /is no file of its layer/],
    ['a hard link to itself', [{ name: 'a', content: 'x' }, hardLink('a', 'a')], /is no file of its layer/],
    ['a removal that leads out', [{ name: 'a/../../.wh.outside' }], /leads out of its place/],
    ['a removal of ".."', [{ name: 'a/.wh...' }], /removes nothing that can be named/],
    ['a root that is a link', [link('./', '/etc')], /the root of the layer is a symbolic-link/],
  ])('with %s is refused', async (_, entries, reason) => {
    await expect(unpack(archiveOf(entries))).rejects.toThrow(reason);
    expect(await readFile(join(place, 'outside'), 'utf8')).toBe('untouched');
    expect((await readdir(place)).toSorted()).toEqual(['blob', 'layer', 'outside']);
  });

  test('whose link is replaced by a directory writes into the directory', async () => {
    await unpack(archiveOf([link('dir', place), directory('dir/'), { name: 'dir/outside', content: 'evil' }]));
    expect(await readFile(join(place, 'outside'), 'utf8')).toBe('untouched');
  });

  const zeros = archiveOf([{ name: 'zeros', content: Buffer.alloc(120 * 2 ** 20) }]);
  const randomArchive = archiveOf([{ name: 'random', content: randomBytes(100_000) }]);
  test.each<[string, Buffer, object, RegExp]>([
    ['that is a bomb of gzip', gzipSync(zeros), {}, /more than 200 times its size/],
    ['that is a bomb of zstd', zstdCompressSync(zeros), {}, /more than 200 times its size/],
    ['that is too large', zeros, { layerBytes: 2 ** 20 }, /unpacks to more than 1048576 bytes/],
    ['with too many entries', archiveOf(Array.from({ length: 11 }, (_, index) => ({ name: `f${index}` }))), { layerEntries: 10 }, /more than 10 entries/],
    ['with damaged gzip', gzipSync(randomArchive).fill(7, 1000, 1100), {}, /layer is damaged/],
    ['with damaged zstd', zstdCompressSync(randomArchive).fill(7, 8, 1100), {}, /damaged/],
    ['cut off', gzipSync(zeros).subarray(0, 5000), {}, /damaged/],
    ['that replaces directories without end', archiveOf(Array.from({ length: 1001 }, () => [directory('a/'), { name: 'a' }]).flat()), {}, /names more than 1000 directories twice/],
    ['that is no archive', Buffer.from('<html>'.repeat(200)), {}, /no tar archive/],
  ])('%s is refused', async (_, blob, limits, reason) => {
    await expect(unpack(blob, limits)).rejects.toThrow(reason);
  });
});

/** A tree of many kinds, the same each time. */
function mixedArchive(): Buffer {
  return archiveOf([
    directory('./', { mode: 0o755 }),
    directory('dir/', { mode: 0o2770, uid: 3 }),
    ...Array.from({ length: 60 }, (_, index) => ({ name: `dir/file-${index}`, content: 'x'.repeat(index * 997), mode: 0o600 + (index % 0o177), uid: index, gid: index * 2 })),
    link('dir/link', 'file-1'),
    hardLink('dir/hard', 'dir/file-2'),
    { name: Buffer.from('größe').toString('latin1'), content: 'x' },
    { name: Buffer.from([0x66, 0xff, 0xfe]).toString('latin1'), content: 'no text in UTF-8' },
  ]);
}

function listing(root: string): string[] {
  const { stdout } = spawnSync('find', ['.', '-printf', '%p %y %m %U %G %s %n %l %T@\\n'], { cwd: root });
  const files = spawnSync('sh', ['-c', 'find . -type f -exec sha256sum {} +'], { cwd: root }).stdout;
  return `${stdout.toString('latin1')}${files.toString('latin1')}`.split('\n').filter((line) => line !== '').toSorted();
}
