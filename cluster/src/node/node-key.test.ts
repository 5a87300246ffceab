import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureNodeKey, identifyNodes } from './node-key.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'gantry-key-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is made once, for its owner alone', async () => {
  const first = await ensureNodeKey(folder);
  expect(await ensureNodeKey(folder)).toBe(first);
  expect(first).toMatch(/^[\w-]{32}$/);
  expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
});

it('opens the subjects of its node and no others', () => {
  const identify = identifyNodes(new Map([['node-1', 'one'], ['node-2', 'two']]));
  expect(identify('two')).toEqual({ name: 'node-2', publish: ['api.node.node-2.>'], subscribe: ['node.node-2.>'] });
  expect(identify('')).toBeUndefined();
  expect(identify('onee')).toBeUndefined();
});
