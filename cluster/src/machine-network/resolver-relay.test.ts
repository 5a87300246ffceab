import { spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startResolverRelay, type ResolverRelay } from './resolver-relay.js';

let udp: Socket;
let tcp: Server;
let relay: ResolverRelay;

/** A resolver that says back what it is asked, in capitals. */
beforeEach(async () => {
  tcp = createServer({ allowHalfOpen: true }, (socket) => socket.once('data', (question) => socket.end(question.toString().toUpperCase()))).listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  udp = createSocket('udp4', (question, from) => udp.send(question.toString().toUpperCase(), from.port, from.address));
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  relay = await startResolverRelay({ address: '127.0.0.2', port: 0, resolver: '127.0.0.1', resolverPort: port });
});
afterEach(async () => {
  await relay.close();
  udp.close();
  tcp.close();
});

async function askByUdp(question: string): Promise<string> {
  const socket = createSocket('udp4');
  const answered = once(socket, 'message') as Promise<[Buffer]>;
  socket.send(question, relay.port, '127.0.0.2');
  const [answer] = await answered;
  socket.close();
  return answer.toString();
}

it('gives each who asks its own answer', async () => {
  expect(await Promise.all(['a', 'b', 'c'].map(askByUdp))).toEqual(['A', 'B', 'C']);
});

it('carries long answers, over TCP', async () => {
  const socket = connect({ host: '127.0.0.2', port: relay.port, allowHalfOpen: true });
  socket.write('a long question');
  expect(await text(socket)).toBe('A LONG QUESTION');
  socket.destroy();
});

it('survives a question from port 0, to which no answer can go', async (context) => {
  if (process.getuid?.() !== 0) context.skip('packets of one\'s own making need root');
  // Ports from and to, length, no checksum.
  const packet = Buffer.from([0, 0, relay.port >> 8, relay.port & 0xff, 0, 9, 0, 0, 'x'.charCodeAt(0)]);
  const { error } = spawnSync('socat', ['-u', 'STDIN', 'IP4-SENDTO:127.0.0.2:17'], { input: packet });
  if (error !== undefined) context.skip('socat is not installed');
  expect(await askByUdp('a')).toBe('A');
});

it('drops what is too much at once', async () => {
  await relay.close();
  const asked: string[] = [];
  const reached = new EventEmitter();
  const slow = createSocket('udp4', (question, from) => {
    asked.push(question.toString());
    reached.emit('question', () => slow.send('answer', from.port, from.address));
  }).bind(0, '127.0.0.1');
  await once(slow, 'listening');
  relay = await startResolverRelay({ address: '127.0.0.2', port: 0, resolver: '127.0.0.1', resolverPort: slow.address().port, most: 1 });
  const client = createSocket('udp4');
  const send = (question: string): Promise<void> => new Promise((resolve) => client.send(question, relay.port, '127.0.0.2', () => resolve()));
  const first = once(reached, 'question') as Promise<[() => void]>;
  await send('first');
  const [answer] = await first;
  await send('too much');
  // On this machine it has arrived: a turn of the loop reads it.
  for (let turn = 0; turn < 2; turn += 1) await setImmediate();
  const answered = once(client, 'message');
  answer();
  await answered;
  const second = once(reached, 'question');
  await send('second');
  await second;
  expect(asked).toEqual(['first', 'second']);
  client.close();
  slow.close();
});

it('gives a place to the next when a resolver, or whoever connected, says nothing', async () => {
  await relay.close();
  const reached = new EventEmitter();
  const silent = createSocket('udp4', () => reached.emit('question')).bind(0, '127.0.0.1');
  await once(silent, 'listening');
  relay = await startResolverRelay({ address: '127.0.0.2', port: 0, resolver: '127.0.0.1', resolverPort: silent.address().port, most: 1, patience: 1 });
  const client = createSocket('udp4');
  let count = 0;
  reached.on('question', () => (count += 1));
  // What is dropped is asked again, as a resolver's client does.
  await vi.waitFor(() => {
    client.send('a', relay.port, '127.0.0.2');
    expect(count).toBeGreaterThan(1);
  });
  client.close();
  silent.close();
  const listening = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  await relay.close();
  relay = await startResolverRelay({ address: '127.0.0.2', port: 0, resolver: '127.0.0.1', resolverPort: (listening.address() as { port: number }).port, patience: 1 });
  const idle = connect({ host: '127.0.0.2', port: relay.port });
  await once(idle.resume(), 'close');
  listening.close();
});

it('is refused a port that is taken', async () => {
  await expect(startResolverRelay({ address: '127.0.0.2', port: relay.port, resolver: '127.0.0.1' })).rejects.toThrow('EADDRINUSE');
});
