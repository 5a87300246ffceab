import { connect, headers } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, BusMessage } from '../bus.js';
import { describeBus } from '../bus.suite.js';
import { FaultPlan } from '../memory/faults.js';
import { bytes, collector, text } from '../suite/collect.suite.js';
import { decodeHeaders } from './headers.js';
import { connectNatsBus } from './nats-bus.js';
import { startNatsServer, type NatsServer } from './nats-server.suite.js';

const LONG = 15_000;
let server: NatsServer;
let absent: string | undefined;
beforeAll(async () => {
  const started = await startNatsServer();
  if (typeof started === 'string') absent = started;
  else server = started;
}, 60_000);
afterAll(() => server?.stop());

/** A round trip: what was sent before it has arrived. */
async function settle(bus: Bus): Promise<void> {
  await bus.watch.lastSequence().catch(() => undefined);
}

async function makeHarness() {
  const faults = new FaultPlan();
  const left = await connectNatsBus({ servers: [server.url], identity: 'left', faults });
  const right = await connectNatsBus({ servers: [server.url], identity: 'right', faults });
  const stop = async (): Promise<void> => {
    faults.clear();
    await left.close();
    await right.close();
    await server.clear();
  };
  return { left, right, faults, settle, stop };
}

describeBus('NATS bus, between two clients', makeHarness, () => absent);

describe('NATS bus', () => {
  const opened: Bus[] = [];
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus.close();
    if (absent === undefined) await server.clear();
  });
  const open = async (identity: string): Promise<Bus> => {
    const bus = await connectNatsBus({ servers: [server.url], identity });
    opened.push(bus);
    return bus;
  };
  const connection = (bus: Bus, wanted: boolean): Promise<void> =>
    new Promise((resolve) => {
      const subscription = bus.onConnection((connected) => {
        if (connected === wanted) queueMicrotask(() => void subscription.close().then(resolve));
      });
    });

  it('gives up when nobody is there in time', async () => {
    await expect(connectNatsBus({ servers: ['nats://127.0.0.1:1'], identity: 'a', timeoutMs: 30 })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('fails what is pending when the connection is lost, and has its subscriptions and responders when it is back', async () => {
    const [left, right] = [await open('left'), await open('right')];
    const got = collector<BusMessage>();
    const started = collector<boolean>();
    right.subscribe('a', got.push);
    right.respond('echo', (message) => ({ data: message.data }));
    right.respond('never', (_message, signal) => {
      started.push(true);
      return new Promise(() => signal.addEventListener('abort', () => started.push(false)));
    });
    right.acceptStreams('s', (stream) => stream.accept());
    await settle(right);
    const stream = await left.openStream('s', { timeoutMs: LONG });
    const pending = expect(left.request('never', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'disconnected' });
    await started.next();
    server.cut();
    await pending;
    expect(await started.next()).toBe(false);
    expect(await stream.closed).toBe('the connection to NATS was lost');
    await connection(right, false);
    left.publish('a', bytes('lost'));
    await expect(left.request('echo', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'disconnected' });
    server.heal();
    await Promise.all([connection(left, true), connection(right, true)]);
    await settle(right);
    left.publish('a', bytes('after'));
    expect(text((await got.next()).data)).toBe('after');
    expect(text((await left.request('echo', bytes('x'), { timeoutMs: LONG })).data)).toBe('x');
  });

  it('follows on after a lost connection, without a gap and without a repetition', async () => {
    const [left, right] = [await open('left'), await open('right')];
    await left.watch.ensure(1);
    const seen = collector<number>();
    await right.watch.follow({ fromSequence: 1, onMessage: (message) => seen.push(message.sequence), onGap: () => seen.push(-1) });
    for (const sequence of [1, 2, 3]) await left.watch.publish('watch.a', bytes(''), {}, sequence);
    await seen.count(3);
    server.cut();
    await connection(left, false);
    server.heal();
    await connection(left, true);
    for (const sequence of [4, 5]) await left.watch.publish('watch.a', bytes(''), {}, sequence);
    await seen.count(5);
    expect(seen.values).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['where it was', 4, [1, 2, 3, 4, 5]],
    ['further on', 9, [1, 2, 3, { expected: 4, next: 9 }, 9, 10]],
    ['at the beginning', 1, [1, 2, 3, { expected: 4, next: 1 }, 1, 2]],
  ])('goes on when the server lost everything and the stream begins %s', async (_where, next, wanted) => {
    const [left, right] = [await open('left'), await open('right')];
    await left.watch.ensure(1);
    const seen = collector<unknown>();
    await right.watch.follow({ fromSequence: 1, onMessage: (message) => seen.push(message.sequence), onGap: seen.push });
    for (const sequence of [1, 2, 3]) await left.watch.publish('watch.a', bytes(''), {}, sequence);
    await seen.count(3);
    const away = connection(left, false);
    await server.replace();
    await away;
    await connection(left, true);
    await expect(left.watch.lastSequence()).rejects.toMatchObject({ code: 'no-responders' });
    await left.watch.ensure(next);
    for (const sequence of [next, next + 1]) await left.watch.publish('watch.a', bytes(''), {}, sequence);
    await seen.count(wanted.length);
    expect(seen.values).toEqual(wanted);
  });

  it('works on no request whose answer would go elsewhere than to an inbox', async () => {
    const right = await open('right');
    const asked = collector<string>();
    const heard = collector<string>();
    right.respond('store.read', (message) => {
      asked.push(text(message.data));
      return { data: bytes('of the requester’s choosing') };
    });
    right.subscribe('store.write', (message) => heard.push(text(message.data)));
    await settle(right);
    const raw = await connect({ servers: server.url });
    raw.publish('store.read', bytes('by a trick'), { reply: 'store.write' });
    expect(text((await raw.request('store.read', bytes('honest'))).data)).toBe('of the requester’s choosing');
    expect(asked.values).toEqual(['honest']);
    expect(heard.values).toEqual([]);
    await raw.close();
  });

  it('drops a message whose headers cannot be read, and hears the next', async () => {
    const right = await open('right');
    const heard = collector<string>();
    right.subscribe('a', (message) => heard.push(text(message.data)));
    await settle(right);
    const raw = await connect({ servers: server.url });
    const spoilt = headers();
    spoilt.set('x', '%E0%A4%A');
    raw.publish('a', 'spoilt', { headers: spoilt });
    raw.publish('a', 'good');
    expect(await heard.next()).toBe('good');
    await raw.close();
  });

  it('reads header lines where the client keeps them, without having it make objects of them', async () => {
    const right = await open('right');
    const raw = await connect({ servers: server.url });
    const seen = collector<unknown>();
    raw.subscribe('a', {
      callback: (_error, message) => {
        Object.defineProperty(message, 'headers', { get: () => expect.unreachable('the client was asked') });
        seen.push(decodeHeaders(message));
      },
    });
    await raw.flush();
    const sent = { constructor: 'odd: one', empty: '', 'ключ': 'значение' };
    right.publish('a', bytes('data'), sent);
    expect(await seen.next()).toEqual(sent);
    right.publish('a', bytes(''), sent);
    expect(await seen.next()).toEqual(sent);
    await raw.close();
  });

  it('carries any header', async () => {
    const [left, right] = [await open('left'), await open('right')];
    const sent = { path: '/a b?c=d%20e', odd: ' ends with spaces ', lines: 'one\r\ntwo: three', empty: '', 'ключ: x': 'значение 😀', 'content-type': 'application/json;stream=watch' };
    right.respond('echo', (message) => ({ data: bytes(''), headers: message.headers }));
    await settle(right);
    expect((await left.request('echo', bytes(''), { timeoutMs: LONG, headers: sent })).headers).toEqual(sent);
  });
});
