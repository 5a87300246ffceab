import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Relay } from './relay.js';

/** Answers everything with itself. */
let server: Server;
let relay: Relay;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => void socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay = await Relay.start({ target: () => ({ port: (server.address() as { port: number }).port, host: '127.0.0.1' }) });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await relay.close();
  server.close();
});

async function dial(): Promise<{ socket: Socket; said: () => string; closed: Promise<unknown> }> {
  const socket = connect(relay.port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'connect');
  return { socket, said: () => text, closed: once(socket, 'close') };
}

describe('a relay', () => {
  it('passes bytes, and what was said before an end', async () => {
    const { socket, said, closed } = await dial();
    socket.end('hello');
    await closed;
    expect(said()).toBe('hello');
  });

  it('cuts connections and refuses new ones until it is healed', async () => {
    const first = await dial();
    relay.cut();
    await first.closed;
    relay.refuse();
    await (await dial()).closed;
    relay.heal();
    const { socket, said } = await dial();
    socket.write('again');
    await vi.waitFor(() => expect(said()).toBe('again'));
  });

  it('holds everything back while it is frozen, tells nobody, and loses nothing', async () => {
    const { socket, said } = await dial();
    socket.write('a');
    await vi.waitFor(() => expect(said()).toBe('a'));
    relay.freeze();
    socket.write('b');
    const other = await dial();
    other.socket.write('c');
    await new Promise(setImmediate);
    expect([said(), other.said(), socket.destroyed]).toEqual(['a', '', false]);
    relay.heal();
    await vi.waitFor(() => expect([said(), other.said()]).toEqual(['ab', 'c']));
  });

  it('delays, in order', async () => {
    relay.delay(5);
    const { socket, said } = await dial();
    for (const word of ['a', 'b', 'c']) socket.write(word);
    await vi.waitFor(() => expect(said()).toBe('abc'));
  });
});
