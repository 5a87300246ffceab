import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('two works under one lock never overlap', async () => {
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    events.push(`${name} ends`);
  };
  await Promise.all([withLock(work('a'), folder), withLock(work('b'), folder)]);
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('the lock of a process that is gone is taken over', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(join(folder, 'lock'), String(gone));
  expect(await withLock(() => 'done', folder)).toBe('done');
});

test('a work that throws frees the lock', async () => {
  await expect(withLock(() => Promise.reject(new Error('broke')), folder)).rejects.toThrow('broke');
  expect(existsSync(join(folder, 'lock'))).toBe(false);
});
