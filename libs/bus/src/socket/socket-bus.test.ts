import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, BusMessage, ByteStream } from '../bus.js';
import { describeBus } from '../bus.suite.js';
import { createMemoryBus, type MemoryBus } from '../memory/memory-bus.js';
import { bytes, collector, text } from '../suite/collect.suite.js';
import { connectSocketBus } from './socket-bus.js';
import { createSocketBusServer, type SocketBusServer } from './socket-server.js';

const LONG = 15_000;

/** A round trip: what was sent before it has arrived. */
async function settle(bus: Bus): Promise<void> {
  await bus.watch.lastSequence().catch(() => undefined);
}

async function socketPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'gantry-bus-')), 'bus.sock');
}

describeBus('socket bus, between two clients', async () => {
  const bus = createMemoryBus();
  const path = await socketPath();
  const server = await createSocketBusServer({ bus, path });
  const left = await connectSocketBus({ path });
  const right = await connectSocketBus({ path });
  const stop = async (): Promise<void> => {
    await left.close();
    await right.close();
    await server.close();
    await bus.close();
    await rm(join(path, '..'), { recursive: true });
  };
  return { left, right, faults: bus.faults, settle, stop };
});

describeBus('socket bus, between the server and a client', async () => {
  const bus = createMemoryBus();
  const path = await socketPath();
  const server = await createSocketBusServer({ bus, path });
  const client = await connectSocketBus({ path });
  const stop = async (): Promise<void> => {
    await client.close();
    await server.close();
    await bus.close();
    await rm(join(path, '..'), { recursive: true });
  };
  return { left: bus, right: client, faults: bus.faults, settle: async (handle) => (handle === bus ? undefined : settle(handle)), stop };
});

describe('socket bus', () => {
  let bus: MemoryBus;
  let path: string;
  let server: SocketBusServer;
  const opened: Bus[] = [];
  beforeEach(async () => {
    bus = createMemoryBus();
    path = await socketPath();
    const identities: Record<string, { name: string; publish: string[]; subscribe: string[] }> = {
      n1: { name: 'n1', publish: ['api.node.n1.>'], subscribe: ['node.n1.>', 'watch.core.nodes.>'] },
      all: { name: 'all', publish: ['>'], subscribe: ['>'] },
    };
    server = await createSocketBusServer({ bus, path, authorize: (token) => identities[token] });
  });
  afterEach(async () => {
    for (const client of opened.splice(0)) await client.close();
    await server.close();
    await bus.close();
    await rm(join(path, '..'), { recursive: true });
  });
  const connect = async (token: string): Promise<Bus> => {
    const client = await connectSocketBus({ path, token });
    opened.push(client);
    return client;
  };
  /** Resolves when the client has been away and is back. */
  const reconnection = (client: Bus): Promise<void> =>
    new Promise((resolve) => {
      let away = false;
      const subscription = client.onConnection((connected) => {
        if (!connected) away = true;
        else if (away) {
          resolve();
          void subscription.close();
        }
      });
    });

  it('refuses an unknown token', async () => {
    await expect(connectSocketBus({ path, token: 'stranger' })).rejects.toMatchObject({ code: 'refused' });
    expect(server.connections).toBe(0);
  });

  it('gives up when nobody is there in time', async () => {
    await expect(connectSocketBus({ path: `${path}.none`, timeoutMs: 30 })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('gives up in time, and closes, where somebody takes the connection and says nothing', async () => {
    const client = await connect('all');
    await server.close();
    const taken = collector<Socket>();
    const mute = createServer((socket) => taken.push(socket.resume()));
    await new Promise<void>((resolve) => mute.listen(path, resolve));
    await taken.next();
    await client.close();
    await expect(connectSocketBus({ path, timeoutMs: 30 })).rejects.toMatchObject({ code: 'timeout' });
    await new Promise((resolve) => mute.close(resolve));
  });

  it('does not start where another serves, and replaces what a dead one left', async () => {
    await expect(createSocketBusServer({ bus, path })).rejects.toThrow('another process serves the bus');
    await writeFile(`${path}.dead`, '');
    const next = await createSocketBusServer({ bus, path: `${path}.dead` });
    expect((await stat(next.path)).mode & 0o777).toBe(0o600);
    await next.close();
  });

  it('lets an identity use its own subjects and no others', async () => {
    const node = await connect('n1');
    const heard = collector<string>();
    for (const pattern of ['api.node.n2.request', 'store.>', 'node.n2.stream', '>', '*.n1.stream', '_INBOX.>', '_INBOX.*.stream.*']) node.subscribe(pattern, (message) => heard.push(`${pattern}: ${message.subject}`));
    node.subscribe('node.n1.*', (message) => heard.push(message.subject));
    const reached = collector<string>();
    bus.subscribe('>', (message) => reached.push(message.subject));
    await settle(node);
    for (const subject of ['store.write', 'api.node.n2.request', 'watch.core.pods.a.b', 'node.n1.stream', '_INBOX.x', '_INBOX.store', 'api.node.n1.request']) node.publish(subject, bytes(''));
    await reached.until((subject) => subject === 'api.node.n1.request');
    expect(reached.values).toEqual(['api.node.n1.request']);
    for (const subject of ['api.node.n2.request', 'store.x', 'node.n2.stream', '_INBOX.abc.stream.1', 'node.n1.log']) bus.publish(subject, bytes(''));
    await heard.next();
    expect(heard.values).toEqual(['node.n1.log']);
    await expect(node.request('store.write', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'refused' });
    await expect(node.watch.follow({ fromSequence: 1, onMessage: () => undefined })).rejects.toMatchObject({ code: 'refused' });
    await expect(node.watch.publish('watch.core.nodes._.n1', bytes(''), {}, 1)).rejects.toMatchObject({ code: 'refused' });
    await expect(node.watch.purgeTo(9)).rejects.toMatchObject({ code: 'refused' });
    await expect(node.watch.follow({ fromSequence: 1, subjects: ['watch.core.nodes.>'], onMessage: () => undefined })).resolves.toBeDefined();
  });

  it('refuses a stream whose answers would go to somebody else', async () => {
    const node = await connect('n1');
    let reached = false;
    bus.respond('api.node.n1.stream', () => {
      reached = true;
      return { data: bytes('') };
    });
    for (const inbox of ['store.write', '_INBOX.somebody.stream.0123']) {
      await expect(node.request('api.node.n1.stream', bytes(''), { timeoutMs: LONG, headers: { 'gantry-stream': inbox } })).rejects.toMatchObject({ code: 'refused' });
    }
    node.respond('node.n1.stream', () => ({ data: bytes(''), headers: { 'gantry-stream': '_INBOX.somebody.stream.0123' } }));
    await settle(node);
    await expect(bus.openStream('node.n1.stream', { timeoutMs: LONG })).rejects.toMatchObject({ code: 'refused' });
    expect(reached).toBe(false);
  });

  it('comes back after a cut: what was under way fails, what was agreed holds', async () => {
    await bus.watch.ensure(1);
    const client = await connect('all');
    const heard = collector<BusMessage>();
    const seen = collector<number>();
    const streams = collector<ByteStream>();
    client.subscribe('a', heard.push);
    client.respond('echo', (message) => ({ data: message.data }));
    client.acceptStreams('s', (stream) => {
      stream.accept();
      streams.push(stream);
    });
    await client.watch.follow({ fromSequence: 1, onMessage: (message) => seen.push(message.sequence) });
    bus.respond('never', () => new Promise(() => undefined));
    await bus.watch.publish('watch.a', bytes(''), {}, 1);
    await seen.count(1);
    await settle(client);
    const stream = await bus.openStream('s', { timeoutMs: LONG });
    const accepted = await streams.next();
    const pending = expect(client.request('never', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'disconnected' });
    await settle(client);
    const back = reconnection(client);
    bus.faults.cut();
    await pending;
    expect(await accepted.closed).toBeDefined();
    expect(await stream.closed).toBeDefined();
    await expect(client.request('echo', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'disconnected' });
    bus.faults.heal();
    await back;
    await settle(client);
    for (const sequence of [2, 3]) await bus.watch.publish('watch.a', bytes(''), {}, sequence);
    bus.publish('a', bytes('again'));
    expect(text((await heard.next()).data)).toBe('again');
    expect(text((await bus.request('echo', bytes('x'), { timeoutMs: LONG })).data)).toBe('x');
    await bus.openStream('s', { timeoutMs: LONG });
    await seen.count(3);
    expect(seen.values).toEqual([1, 2, 3]);
  });

  it('says the gap when the stream forgot, or started over, while the client was away', async () => {
    await bus.watch.ensure(1);
    const client = await connect('all');
    const seen = collector<unknown>();
    await client.watch.follow({ fromSequence: 1, onMessage: (message) => seen.push(message.sequence), onGap: seen.push });
    for (const sequence of [1, 2, 3]) await bus.watch.publish('watch.a', bytes(''), {}, sequence);
    await seen.count(3);
    for (const next of [10, 5]) {
      const back = reconnection(client);
      await server.close();
      await bus.watch.purgeTo(next);
      server = await createSocketBusServer({ bus, path });
      await back;
      await settle(client);
      await bus.watch.publish('watch.a', bytes(''), {}, next);
      await seen.until((value) => value === next);
    }
    expect(seen.values).toEqual([1, 2, 3, { expected: 4, next: 10 }, 10, { expected: 11, next: 5 }, 5]);
  });

  it('tells the other side of a stream, and who waits for an answer, when the peer is gone', async () => {
    const client = await connect('all');
    const opened = collector<ByteStream>();
    bus.acceptStreams('to-bus', (stream) => {
      stream.accept();
      opened.push(stream);
    });
    const asked = collector<boolean>();
    client.respond('slow', () => {
      asked.push(true);
      return new Promise(() => undefined);
    });
    client.acceptStreams('to-client', (stream) => stream.accept());
    await settle(client);
    await client.openStream('to-bus', { timeoutMs: LONG });
    const there = await bus.openStream('to-client', { timeoutMs: LONG });
    const waiting = expect(bus.request('slow', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'disconnected' });
    await asked.next();
    await client.close();
    await waiting;
    expect(await (await opened.next()).closed).toBe('the connection of the other side was lost');
    expect(await there.closed).toBe('the connection of the other side was lost');
  });

  it('forgets streams that ended', async () => {
    const client = await connect('all');
    bus.acceptStreams('s', (stream) => {
      stream.accept();
      void stream.end();
    });
    const ended = await client.openStream('s', { timeoutMs: LONG });
    const cancelled = await client.openStream('s', { timeoutMs: LONG });
    await ended.end();
    await ended.closed;
    cancelled.cancel();
    await settle(client);
    expect(server.streams).toBe(0);
  });
});
