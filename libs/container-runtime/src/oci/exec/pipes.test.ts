import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shellPipes, socketPipes } from './pipes.js';
import type { StreamName } from './pipes.js';

const all = new Set<StreamName>(['in', 'out', 'err']);
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'gantry-pipes-'))));
beforeEach(() => chmodSync(folder, 0o755));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('other ends of pipes can be opened by name, by any user, also when nobody writes any more', async () => {
  const pipes = await shellPipes(folder, all);
  expect(readdirSync(folder)).toEqual([]);
  const child = spawn('sh', ['-c', 'until [ -e ended ]; do sleep 0.02; done; cat /dev/stdin > /dev/stderr; cat /dev/stdin; echo out > /dev/stdout'], { cwd: folder, stdio: [...pipes.stdio], ...(process.getuid?.() === 0 ? { uid: 65_534 } : {}) });
  const own = pipes.take(child);
  own.in?.end('in', () => own.in?.destroy());
  own.in?.once('close', () => writeFileSync(join(folder, 'ended'), ''));
  expect([await text(own.out!), await text(own.err!)]).toEqual(['out\n', 'in']);
  if (child.exitCode === null) await once(child, 'exit');
});

test.each([['of a shell', (wanted: Set<StreamName>) => shellPipes(folder, wanted)], ['of Node', socketPipes]])('pipes %s are those that are wanted', async (_, make) => {
  const pipes = await make(new Set<StreamName>(['out']));
  const child = spawn('sh', ['-c', 'read line || echo none'], { stdio: [...pipes.stdio] });
  const own = pipes.take(child);
  expect([Object.keys(own), await text(own.out!)]).toEqual([['out'], 'none\n']);
});

test('pipes of a command that was not started are closed', async () => {
  const before = readdirSync('/proc/self/fd').length;
  expect((await shellPipes(folder, all)).take(undefined)).toEqual({});
  await expect.poll(() => readdirSync('/proc/self/fd').length).toBe(before);
});
