import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realMachinePath, resolvedMachinePath } from './machine-path.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gantry-machine-'));
  await mkdir(join(root, 'run', 'engine'), { recursive: true });
  await mkdir(join(root, 'var'));
  await writeFile(join(root, 'run', 'engine.sock'), '');
  await symlink('/run', join(root, 'var', 'run'));
  await symlink('../run/engine', join(root, 'var', 'engine'));
  await symlink('../../../../run', join(root, 'var', 'above'));
  await symlink('/loop', join(root, 'loop'));
});
afterAll(() => rm(root, { recursive: true }));

it.each([
  ['is itself without links', '/run/engine', '/run/engine'],
  ['follows absolute links from the machine’s root', '/var/run/engine.sock', '/run/engine.sock'],
  ['follows relative ones', '/var/engine/../engine.sock', '/run/engine.sock'],
  ['never leads above the root', '/var/above/../../run', '/run'],
  ['may be the root', '/run/..', '/'],
])('a path of a machine whose root is elsewhere %s', async (_, path, real) => {
  expect(await realMachinePath(root, path)).toBe(real);
});

it('a path that is not there is refused, and resolved as far as it is', async () => {
  await expect(realMachinePath(root, '/var/run/none/x')).rejects.toThrow('ENOENT');
  await expect(realMachinePath(root, '/loop')).rejects.toThrow('too many links');
  expect(await resolvedMachinePath(root, '/var/run/none/x')).toBe('/run/none/x');
});
