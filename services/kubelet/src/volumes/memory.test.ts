import { mkdir, mkdtemp, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memorySize } from './empty-dir.js';
import { mountMemory, sharesMounts, unmountBelow } from './memory.js';

test.each<[string, string[], string | undefined, number]>([
  ['the node', [], undefined, 1000],
  ['its limit', [], '100', 100],
  ['the node, whatever its limit', [], '2000', 1000],
  ['what all containers may use', ['100', '200'], undefined, 300],
  ['the node where a container may use what it likes', ['100', ''], undefined, 1000],
])('the size of a volume in memory is that of %s', (_, limits, sizeLimit, size) => {
  const containers = limits.map((memory, index) => ({ name: `c${index}`, ...(memory === '' ? {} : { resources: { limits: { memory } } }) }));
  expect(memorySize({ spec: { containers } }, sizeLimit === undefined ? {} : { sizeLimit }, 1000)).toBe(size);
});

describe.skipIf(process.getuid?.() !== 0)('a file system in memory (needs root)', () => {
  test('is mounted once, has its size, and is gone with all below it', async () => {
    const root = await mkdtemp(join(tmpdir(), 'gantry-memory-'));
    const path = join(root, 'a b');
    try {
      await mkdir(path);
      await mountMemory(path, { mode: 0o2777, group: 1234, sizeBytes: 2 ** 20 });
      await writeFile(join(path, 'kept'), 'x');
      await mountMemory(path, { mode: 0o777 });
      expect(await readdir(path)).toEqual(['kept']);
      const [{ blocks, bsize }, { mode, gid }] = await Promise.all([statfs(path), stat(path)]);
      expect([blocks * bsize, mode & 0o7777, gid]).toEqual([2 ** 20, 0o2777, 1234]);
      await mkdir(join(path, 'inner'));
      await mountMemory(join(path, 'inner'), { mode: 0o700 });
    } finally {
      await unmountBelow(root);
      expect(await readdir(path)).toEqual([]);
      await rm(root, { recursive: true });
    }
  });

  test('is seen by a process of this machine, and not by one that there is not', async () => {
    expect(await sharesMounts(process.pid)).toBe(true);
    expect(await sharesMounts(2 ** 30)).toBe(false);
    expect(await sharesMounts(undefined)).toBe(false);
  });
});
