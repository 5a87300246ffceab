import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, BusMessage } from '../../bus.js';
import { bytes, collector, text } from '../../suite/collect.suite.js';
import { connectNatsBus } from '../nats-bus.js';
import { startNatsServer, type NatsServer } from '../nats-server.suite.js';
import { createNatsTrust, createNodeUser, nodeCredentials, nodeUserToken, trustConfiguration, type NatsTrust } from './trust.js';
import type { NatsComponent } from './permissions.js';

const LONG = 15_000;
const HOUR = 3_600;
let trust: NatsTrust;
let server: NatsServer;
let absent: string | undefined;
beforeAll(async () => {
  trust = await createNatsTrust({ controllers: ['watch.core.pods.>'] });
  const started = await startNatsServer(trustConfiguration(trust));
  if (typeof started === 'string') absent = started;
  else server = started;
}, 60_000);
afterAll(() => server?.stop());

const now = (): number => Math.floor(Date.now() / 1000);

describe('who may do what on NATS', () => {
  const opened: Bus[] = [];
  beforeEach((context) => {
    if (absent !== undefined) context.skip(absent);
  });
  afterEach(async () => {
    for (const bus of opened.splice(0)) await bus.close();
  });
  const open = async (identity: string, creds: string): Promise<Bus> => {
    const bus = await connectNatsBus({ servers: [server.url], identity, credentials: { creds } });
    opened.push(bus);
    return bus;
  };
  const component = (name: NatsComponent): Promise<Bus> => open(name, trust.credentials[name]);
  const node = async (name: string, inbox = `node.${name}`, expiresAt = now() + HOUR): Promise<Bus> => open(inbox, await nodeCredentials(trust.nodeSigner, name, expiresAt));
  /** A round trip: the server knows of what was subscribed before it. */
  const settle = async (bus: Bus, subject = 'store.settle'): Promise<void> => void (await bus.request(subject, bytes(''), { timeoutMs: LONG }).catch(() => undefined));

  it('a node asks the api and is asked by it, by requests and by streams', async () => {
    const [api, n1] = [await component('api'), await node('n1')];
    api.respond('api.node.*.request', (message) => ({ data: bytes(`to ${message.subject}`) }), { queue: 'api' });
    api.acceptStreams('api.node.*.stream', async (stream) => {
      stream.accept();
      for await (const chunk of stream.readable) await stream.write(chunk);
      await stream.end();
    });
    n1.acceptStreams('node.n1.stream', async (stream) => {
      stream.accept({ status: '200' });
      await stream.write(bytes('log'));
      await stream.end();
    });
    await settle(api);
    await settle(n1, 'api.node.n1.settle');
    expect(text((await n1.request('api.node.n1.request', bytes(''), { timeoutMs: LONG })).data)).toBe('to api.node.n1.request');
    const echo = await n1.openStream('api.node.n1.stream', { timeoutMs: LONG });
    await echo.write(bytes('there and back'));
    await echo.end();
    expect(text(await readAll(echo))).toBe('there and back');
    const log = await api.openStream('node.n1.stream', { timeoutMs: LONG });
    expect(text(await readAll(log))).toBe('log');
  });

  it.each([
    'api.node.n2.request', 'api.component.controllers.request', 'store.write', 'store.read', 'node.n2.stream', 'node.n1.stream', '$JS.API.STREAM.INFO.WATCH', '$JS.API.STREAM.DELETE.WATCH', '$JS.API.CONSUMER.CREATE.WATCH.x', '$SYS.REQ.SERVER.PING',
  ])('a node may not ask on %s', async (subject) => {
    const n1 = await node('n1');
    await expect(n1.request(subject, bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'refused' });
  });

  it.each(['watch.>', 'watch.core.secrets.>', '>', '_INBOX.>', '_INBOX.api.>', 'api.node.n1.>', 'node.n2.>', 'node.>', 'progress.rev', '_INBOX.node.n2.>', '_CANCEL.node.n2.>'])('a node hears nothing of %s', async (pattern) => {
    const [api, store, n1] = [await component('api'), await component('store'), await node('n1')];
    const heard = collector<BusMessage>();
    n1.subscribe(pattern, heard.push);
    n1.respond('node.n1.ping', () => ({ data: bytes('') }));
    await settle(n1, 'api.node.n1.settle');
    store.publish('watch.core.secrets.default.key', bytes('secret'));
    store.publish('progress.rev', bytes('7'));
    api.publish('node.n2.stream', bytes('for n2'));
    api.publish('_INBOX.node.n2.x.stream.0', bytes('for n2'));
    await settle(store, 'watch.settle');
    await api.request('node.n1.ping', bytes(''), { timeoutMs: LONG });
    expect(heard.values).toEqual([]);
  });

  it('a node cannot make another answer on a subject of its choosing', async () => {
    const [store, api, n1] = [await component('store'), await component('api'), await node('n1')];
    const written = collector<string>();
    store.respond('store.write', (message) => {
      written.push(text(message.data));
      return { data: bytes('') };
    });
    store.respond('store.read', () => ({ data: bytes('x') }));
    api.respond('api.node.*.request', () => ({ data: bytes('of the node’s choosing') }));
    await settle(api);
    await settle(store, 'watch.settle');
    const raw = await rawConnection(await nodeCredentials(trust.nodeSigner, 'n1', now() + HOUR));
    raw.publish('api.node.n1.request', bytes('trick'), { reply: 'store.write' });
    await raw.flush();
    await n1.request('api.node.n1.request', bytes(''), { timeoutMs: LONG });
    await api.request('store.read', bytes(''), { timeoutMs: LONG });
    expect(written.values).toEqual([]);
    await raw.close();
  });

  it('who joins asks to be let in', async () => {
    const [api, joining] = [await component('api'), await open('join', trust.joinCredentials)];
    api.respond('api.join.*.challenge', () => ({ data: bytes('sign this') }), { queue: 'api' });
    await settle(api);
    expect(text((await joining.request('api.join.node.challenge', bytes(''), { timeoutMs: LONG })).data)).toBe('sign this');
  });

  it.each([
    'api.node.n1.request', 'api.component.controllers.request', 'api.joined', 'store.write', 'node.n1.stream', '_INBOX.api.x', '_INBOX.join.x', '$JS.API.STREAM.INFO.WATCH', '$JS.API.CONSUMER.CREATE.WATCH.x', '$SYS.REQ.SERVER.PING',
  ])('who joins may not ask on %s', async (subject) => {
    const joining = await open('join', trust.joinCredentials);
    await expect(joining.request(subject, bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'refused' });
  });

  it.each(['>', 'watch.>', 'api.join.>', 'api.>', 'node.>', 'progress.rev', '_INBOX.>', '_INBOX.node.n1.>', '_INBOX.api.>', '_CANCEL.>'])('who joins hears nothing of %s', async (pattern) => {
    const [api, store, joining] = [await component('api'), await component('store'), await open('join', trust.joinCredentials)];
    const heard = collector<BusMessage>();
    joining.subscribe(pattern, heard.push);
    api.respond('api.join.*.challenge', () => ({ data: bytes('') }));
    await settle(api);
    await joining.request('api.join.node.challenge', bytes(''), { timeoutMs: LONG });
    store.publish('watch.core.pods.default.p', bytes('p'));
    store.publish('progress.rev', bytes('7'));
    api.publish('node.n1.stream', bytes('for n1'));
    api.publish('_INBOX.node.n1.x.stream.0', bytes('for n1'));
    await settle(store, 'watch.settle');
    await settle(api, 'store.settle');
    await joining.request('api.join.node.challenge', bytes(''), { timeoutMs: LONG });
    expect(heard.values).toEqual([]);
  });

  it('the token of a node’s own key is good for who has the key', async () => {
    const [user, thief] = [createNodeUser(), createNodeUser()];
    const token = await nodeUserToken(trust.nodeSigner, 'n1', user.publicKey, now() + HOUR);
    await open('node.n1', user.credentials(token));
    await expect(connectNatsBus({ servers: [server.url], identity: 'node.n1', credentials: { creds: thief.credentials(token) } })).rejects.toMatchObject({ code: 'refused' });
  });

  it('what a node signs for itself, what has expired and what another cluster made is refused', async () => {
    const other = await createNatsTrust({});
    for (const creds of [await nodeCredentials(trust.nodeSigner, 'n1', now() - 1), await nodeCredentials(other.nodeSigner, 'n1', now() + HOUR), other.credentials.api]) {
      await expect(connectNatsBus({ servers: [server.url], identity: 'node.n1', credentials: { creds } })).rejects.toMatchObject({ code: 'refused' });
    }
  });

  it('made again from its keys, it is the same: credentials of either are good', async () => {
    const again = await createNatsTrust({}, trust.keys);
    expect(again.systemAccount).toBe(trust.systemAccount);
    await open('api', again.credentials.api);
    await open('node.n1', await nodeCredentials(again.nodeSigner, 'n1', now() + HOUR));
  });

  it('who shows nothing is refused', async () => {
    await expect(connectNatsBus({ servers: [server.url], identity: 'anyone' })).rejects.toMatchObject({ code: 'refused' });
  });

  it('the store alone publishes what is watched', async () => {
    const [store, api, controllers] = [await component('store'), await component('api'), await component('controllers')];
    await store.watch.ensure(1);
    const seen = collector<number>();
    await api.watch.follow({ fromSequence: 1, onMessage: (message) => seen.push(message.sequence) });
    for (const bus of [api, controllers]) {
      bus.publish('watch.core.pods.default.forged', bytes('forged'));
      await expect(bus.request('$JS.API.STREAM.PURGE.WATCH', bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'refused' });
    }
    await store.watch.publish('watch.core.pods.default.true', bytes(''), {}, 1);
    await seen.count(1);
    expect(await store.watch.lastSequence()).toBe(1);
  });

  it('who is refused again and again is let in as soon as it shows what is good', async () => {
    const [good, ended] = [await nodeCredentials(trust.nodeSigner, 'n1', now() + HOUR), await nodeCredentials(trust.nodeSigner, 'n1', now() - HOUR)];
    // Asked for more than once in each attempt.
    let refusals = 0;
    const creds = (): string => {
      refusals -= 1;
      return refusals < 0 ? good : ended;
    };
    const n1 = await connectNatsBus({ servers: [server.url], identity: 'node.n1', credentials: { creds } });
    opened.push(n1);
    const states = collector<boolean>();
    n1.onConnection(states.push);
    server.cut();
    await states.until((connected) => !connected);
    refusals = 10;
    server.heal();
    await states.count(3);
    expect(states.values).toEqual([true, false, true]);
    expect(refusals).toBeLessThan(0);
  });

  it('a component follows what it is allowed to, and asks the store nothing', async () => {
    const [store, controllers] = [await component('store'), await component('controllers')];
    await store.watch.ensure(1);
    const last = await store.watch.lastSequence();
    const seen = collector<string>();
    for (const subjects of [['watch.core.secrets.>'], ['watch.core.pods.>', 'watch.core.secrets.>'], undefined]) {
      await expect(controllers.watch.follow({ subjects, fromSequence: 1, onMessage: () => undefined })).rejects.toMatchObject({ code: 'refused' });
    }
    await controllers.watch.follow({ subjects: ['watch.core.pods.>'], fromSequence: last + 1, onMessage: (message) => seen.push(message.subject) });
    await store.watch.publish('watch.core.secrets.default.s', bytes(''), {}, last + 1);
    await store.watch.publish('watch.core.pods.default.p', bytes(''), {}, last + 2);
    await seen.count(1);
    expect(seen.values).toEqual(['watch.core.pods.default.p']);
    for (const subject of ['store.read', 'store.write', '$JS.API.CONSUMER.CREATE.WATCH.x.watch.core.secrets.s', '$JS.API.CONSUMER.CREATE.WATCH.x', 'node.n1.stream', 'api.node.n1.request']) {
      await expect(controllers.request(subject, bytes(''), { timeoutMs: LONG })).rejects.toMatchObject({ code: 'refused' });
    }
  });
});

async function rawConnection(creds: string) {
  const { connect, credsAuthenticator } = await import('@nats-io/transport-node');
  return connect({ servers: server.url, authenticator: credsAuthenticator(Buffer.from(creds)) });
}

async function readAll(stream: { readonly readable: AsyncIterable<Uint8Array> }): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  return Buffer.concat(chunks);
}
