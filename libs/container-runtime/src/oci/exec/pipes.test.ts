import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { namedPipes, socketPipes } from './pipes.js';
import type { StreamName } from './pipes.js';

const all = new Set<StreamName>(['in', 'out', 'err']);
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'gantry-pipes-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('named pipes are as a shell has them: their other ends can be opened by name, and end', async () => {
  const pipes = await namedPipes(folder, all);
  expect(readdirSync(folder)).toEqual([]);
  const child = spawn('sh', ['-c', 'cat /dev/stdin > /dev/stderr; echo out > /dev/stdout'], { stdio: [...pipes.stdio] });
  const own = pipes.take(child);
  own.in?.end('in');
  expect([await text(own.out!), await text(own.err!)]).toEqual(['out\n', 'in']);
  if (child.exitCode === null) await once(child, 'exit');
  own.in?.destroy();
});

test.each([['named', (wanted: Set<StreamName>) => namedPipes(folder, wanted)], ['of Node', socketPipes]])('pipes that are %s are those that are wanted', async (_, make) => {
  const pipes = await make(new Set<StreamName>(['out']));
  const child = spawn('sh', ['-c', 'read line || echo none'], { stdio: [...pipes.stdio] });
  const own = pipes.take(child);
  expect([Object.keys(own), await text(own.out!)]).toEqual([['out'], 'none\n']);
});

test('pipes of a command that was not started are closed', async () => {
  const before = readdirSync('/proc/self/fd').length;
  expect((await namedPipes(folder, all)).take(undefined)).toEqual({});
  await expect.poll(() => readdirSync('/proc/self/fd').length).toBe(before);
});
