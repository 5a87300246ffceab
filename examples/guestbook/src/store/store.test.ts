import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { append, newest } from './client.ts';
import { execute } from './commands.ts';
import { EntryLog } from './log.ts';
import { createStore } from './server.ts';

const entry = (text: string) => ({ name: 'Ada', text, time: '2026-01-02T03:04:05.000Z' });

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'guestbook-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

async function serve(data: string) {
  const log = await EntryLog.open(data);
  const server = createStore({ log, password: () => 'sesame' }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await log.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, password: () => 'sesame' };
}

it('keeps entries in order, newest first, beyond its own life', async () => {
  const data = await folder();
  const store = await serve(data);
  for (const text of ['one', 'two', 'three']) await append(store, entry(text));
  const again = await serve(data);
  const { entries, total } = await newest(again, 2);
  expect({ texts: entries.map(({ text }) => text), total }).toEqual({ texts: ['three', 'two'], total: 3 });
});

it('keeps every entry of many who write at the same time', async () => {
  const store = await serve(await folder());
  const counts = await Promise.all(Array.from({ length: 20 }, (_none, index) => append(store, entry(`n${index}`))));
  expect(counts.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_none, index) => index + 1));
});

it('gives up a last line that was cut off', async () => {
  const data = await folder();
  await (await EntryLog.open(data)).close();
  await appendFile(join(data, 'entries.log'), 'whole\nhal');
  const log = await EntryLog.open(data);
  await log.append('next');
  expect(log.newest(9)).toEqual(['next', 'whole']);
  await log.close();
  expect(await readFile(join(data, 'entries.log'), 'utf8')).toBe('whole\nnext\n');
});

it('tells nothing to who does not know the password', async () => {
  const store = await serve(await folder());
  await expect(newest({ ...store, password: () => 'guess' }, 1)).rejects.toThrow('wrong password');
});

const context = { log: { append: () => Promise.resolve(7), newest: () => ['a', 'b'], size: 2 }, password: () => 'sesame' };

it.each<[string, boolean, string[]]>([
  ['LAST 2', false, ['ERR say AUTH first']],
  ['AUTH sesame', false, ['OK']],
  ['AUTH', true, ['ERR wrong password']],
  ['APPEND x y', true, ['OK 7']],
  ['APPEND', true, ['ERR AUTH, APPEND or LAST']],
  ['LAST 2', true, ['ENTRY a', 'ENTRY b', 'OK 2']],
  ['LAST -1', true, ['ERR AUTH, APPEND or LAST']],
  ['', true, ['ERR AUTH, APPEND or LAST']],
])('%j while authenticated is %s', async (line, authenticated, expected) => {
  expect(await execute(line, { authenticated }, context)).toEqual(expected);
});

it('hangs up on a line without end', async () => {
  const { port } = await serve(await folder());
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write('x'.repeat(64 * 1024));
  await closed;
});

it('says who did not answer', async () => {
  const silent = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  await expect(newest({ host: '127.0.0.1', port, password: () => 'x', timeout: 50 }, 1)).rejects.toThrow('did not answer within 50 ms');
});
