import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readInsideRoot } from './inside-root.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-root-'));
  const root = join(folder, 'root');
  mkdirSync(join(root, 'etc/real'), { recursive: true });
  writeFileSync(join(folder, 'secret'), 'outside');
  writeFileSync(join(root, 'secret'), 'inside');
  writeFileSync(join(root, 'etc/real/file'), 'plain');
  symlinkSync('real/file', join(root, 'etc/link'));
  symlinkSync('/etc/real', join(root, 'etc/absolute'));
  symlinkSync('../../../../../secret', join(root, 'etc/up'));
  symlinkSync('/secret', join(root, 'etc/out'));
  symlinkSync('loop', join(root, 'etc/loop'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['/etc/real/file', 'plain'],
  ['/etc/link', 'plain'],
  ['/etc/absolute/file', 'plain'],
  ['/etc/up', 'inside'],
  ['/etc/out', 'inside'],
  ['/../../secret', 'inside'],
  ['/etc/loop', ''],
  ['/etc/none', ''],
  ['/etc/real/file/below', ''],
  ['/etc/real', ''],
])('%s is %j, as the processes of that root would see it', async (path, expected) => {
  expect(await readInsideRoot(join(folder, 'root'), path)).toBe(expected);
});
