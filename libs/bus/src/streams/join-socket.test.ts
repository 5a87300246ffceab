import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryBus, type MemoryBus } from '../memory/memory-bus.js';
import { joinSocket } from './join-socket.js';

/** A connection, over a stream of the bus, to a server. */
describe('a connection that is carried by a stream', () => {
  let bus: MemoryBus;
  const servers: Server[] = [];
  beforeEach(() => {
    bus = createMemoryBus();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(async (server) => once(server.close(), 'close')));
    await bus.close();
  });

  const joined: Promise<void>[] = [];

  async function listen(serve: (socket: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, serve).listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as { port: number }).port;
  }

  /** A client of a listener that passes connections on to `serve` by way of the bus. */
  async function connectTo(serve: (socket: Socket) => void): Promise<Socket> {
    const target = await listen(serve);
    bus.acceptStreams('tunnel', async (stream) => {
      const socket = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect');
      stream.accept();
      joined.push(joinSocket(stream, socket));
    });
    const entrance = await listen((socket) => {
      socket.on('error', () => undefined);
      joined.push(bus.openStream('tunnel', { timeoutMs: 5000 }).then((stream) => joinSocket(stream, socket)));
    });
    return connect({ port: entrance, host: '127.0.0.1', allowHalfOpen: true });
  }

  it('gives an answer to what was half-closed', async () => {
    const client = await connectTo((socket) => void text(socket.iterator({ destroyOnReturn: false })).then((all) => socket.end(`got ${all}`)));
    client.end('a question');
    expect(await text(client)).toBe('got a question');
    await Promise.all(joined.splice(0));
  });

  it('carries much in both directions without losing a byte', async () => {
    const client = await connectTo((socket) => socket.pipe(socket));
    const sent = Buffer.alloc(8 * 1024 * 1024, 'abcdefghijk');
    client.end(sent);
    expect((await buffer(client)).equals(sent)).toBe(true);
    await Promise.all(joined.splice(0));
  });

  it.each(['client', 'server'] as const)('ends whole when the %s is gone', async (who) => {
    let held: Socket | undefined;
    const client = await connectTo((socket) => {
      held = socket;
      socket.on('error', () => undefined);
      socket.write('hello');
    });
    client.on('error', () => undefined);
    await once(client, 'data');
    const other = who === 'client' ? held : client;
    const ended = new Promise((resolve) => other?.once('close', resolve));
    other?.resume();
    (who === 'client' ? client : held)?.resetAndDestroy();
    await ended;
    await Promise.all(joined.splice(0));
  });
});
