import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodeFolders } from './folders.js';

it('nodes have folders by their numbers, and keep who they are when they go', async () => {
  const root = await mkdtemp(join(tmpdir(), 'gantry-folders-'));
  try {
    const folders = nodeFolders(root);
    for (const number of [1, 12]) await folders.ensure(number);
    await writeFile(join(root, 'lost+found'), '');
    expect((await folders.inUse()).sort()).toEqual([1, 12]);
    expect((await stat(folders.of(1).identity)).mode & 0o777).toBe(0o700);
    await writeFile(join(folders.of(12).identity, 'node.key'), 'k');
    await folders.removeData(12);
    expect(await folders.inUse()).toEqual([1]);
    expect(await readdir(folders.of(12).identity)).toEqual(['node.key']);
  } finally {
    await rm(root, { recursive: true });
  }
});
