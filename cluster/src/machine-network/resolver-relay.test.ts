import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

it('is refused a port that is taken', async () => {
  await expect(startResolverRelay({ address: '127.0.0.2', port: relay.port, resolver: '127.0.0.1' })).rejects.toThrow('EADDRINUSE');
});
