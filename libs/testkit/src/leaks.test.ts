import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { countResources, leaksBetween, leaksSince } from './leaks.js';

test('only what is new counts, by kind', () => {
  const before = countResources(['Timeout', 'PipeWrap', 'TCPServerWrap']);
  const after = countResources(['Timeout', 'Timeout', 'Timeout', 'PipeWrap', 'PipeWrap']);
  expect(leaksBetween(before, after)).toEqual(['2 Timeout']);
});

test('a timer that is still set is a leak until it is cleared', async () => {
  const before = countResources();
  const timer = setTimeout(() => undefined, 60_000);
  expect(await leaksSince(before, 0)).toEqual(['1 Timeout']);
  clearTimeout(timer);
  expect(await leaksSince(before, 2_000)).toEqual([]);
});

test('an open server is a leak until it is closed', async () => {
  const before = countResources();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(await leaksSince(before, 0)).toEqual(['1 TCPServerWrap']);
  server.close();
  expect(await leaksSince(before, 2_000)).toEqual([]);
});

test('a child that runs is a leak until it ends', async () => {
  const before = countResources();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  expect(await leaksSince(before, 0)).toEqual(['1 ProcessWrap']);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await leaksSince(before, 2_000)).toEqual([]);
});
