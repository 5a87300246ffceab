import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { request } from 'node:https';
import tls from 'node:tls';
import type { ClientHttp2Session } from 'node:http2';
import { Deferred } from '@gantry/async';
import type { Storage } from '@gantry/storage';
import { createMetrics } from '@gantry/platform/metrics';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi, TestApiOptions } from '../test-api.suite.js';
import { WatchReader } from '../watch-reader.suite.js';

let test: TestApi;
afterEach(() => test.stop());
const start = async (options: TestApiOptions = {}): Promise<void> => void (test = await startTestApi(options));

const path = '/api/v1/namespaces/default/configmaps';
const create = (name: string, size = 1): ReturnType<TestApi['call']> => test.call('POST', path, { metadata: { name }, data: { k: 'x'.repeat(size) } });

/** A storage whose single reads wait until they are let go. */
function held(gate: Promise<void>): TestApiOptions['wrap'] {
  return (storage) => new Proxy<Storage>(storage, { get: (target, name) => (name === 'get' ? (...args: Parameters<Storage['get']>) => gate.then(() => target.get(...args)) : Reflect.get(target, name).bind(target)) });
}

async function over2(session: ClientHttp2Session, pathAndQuery: string): Promise<{ status: number; text: string }> {
  const stream = session.request({ ':path': pathAndQuery, accept: 'application/json' });
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  let text = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) text += chunk.toString();
  return { status: Number(headers[':status']), text };
}

describe('HTTP/2', () => {
  it('serves the same on the same port: reads, large lists, watches, refusals', async () => {
    await start();
    const session = connect(`https://127.0.0.1:${String(test.api.port)}`, test.adminTls);
    for (const name of ['a', 'b', 'c']) await create(name, 300_000);
    expect((await over2(session, `${path}/a`)).status).toBe(200);
    expect(JSON.parse((await over2(session, path)).text).items).toHaveLength(3);
    expect((await over2(session, `${path}?watch=1&timeoutSeconds=1`)).text.match(/"type":"ADDED"/g)).toHaveLength(3);
    expect((await over2(session, `${path}/none`)).status).toBe(404);
    session.close();
    const anonymous = connect(`https://127.0.0.1:${String(test.api.port)}`, { ca: test.adminTls.ca });
    expect((await over2(anonymous, path)).status).toBe(401);
    anonymous.close();
  });
});

describe('who is nobody', () => {
  it('is refused before anything of what he sends is waited for', async () => {
    await start();
    const stranger = request({ port: test.api.port, host: '127.0.0.1', ca: test.adminTls.ca, method: 'POST', path, headers: { 'content-type': 'application/json', 'content-length': 1_000_000 } });
    stranger.on('error', () => undefined);
    stranger.flushHeaders();
    const [answer] = (await once(stranger, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(401);
    stranger.destroy();
  });
});

describe('a long selector', () => {
  it('is read over either protocol', async () => {
    await start();
    const values = Array.from({ length: 1_500 }, (_, i) => `value-${String(i)}`).join(',');
    const query = `${path}?resourceVersion=0&labelSelector=${encodeURIComponent(`a in (${values})`)}`;
    expect((await test.call('GET', query)).status).toBe(200);
    const session = connect(`https://127.0.0.1:${String(test.api.port)}`, test.adminTls);
    expect((await over2(session, query)).status).toBe(200);
    session.close();
  });
});

describe('many streams on one connection', () => {
  it('are all served, however much some of them do not read', async () => {
    await start();
    for (let i = 0; i < 12; i++) await create(`m${String(i)}`, 1_000_000);
    const session = connect(`https://127.0.0.1:${String(test.api.port)}`, { ...test.adminTls, maxSessionMemory: 1_000 });
    const watches = await Promise.all(Array.from({ length: 300 }, async (_, i) => {
      const watch = session.request({ ':path': `${path}?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dm${String(i % 12)}` });
      await once(watch, 'response');
      return watch.pause();
    }));
    const { status } = await over2(session, `${path}/m0`);
    expect([status, watches.filter(({ destroyed }) => destroyed)]).toEqual([200, []]);
    session.destroy();
  });
});

describe('a watcher that does not read', () => {
  it('is cut off, and the others hear everything', async () => {
    await start({ limits: { watchBufferBytes: 256 * 1024, watchStallMs: 100 } });
    const slow = connect(`https://127.0.0.1:${String(test.api.port)}`, test.adminTls);
    const stalled = slow.request({ ':path': `${path}?watch=1` });
    stalled.on('error', () => undefined);
    await once(stalled, 'response');
    stalled.pause();
    const closed = new Promise((resolve) => stalled.on('close', resolve));
    const quick = await WatchReader.open(test.admin, path);
    const names = Array.from({ length: 40 }, (_, i) => `m${String(i)}`);
    const heard = quick.take(names.length);
    for (const name of names) await create(name, 100_000);
    expect(await heard).toEqual(names.map((name) => `ADDED ${name}`));
    await closed;
    expect(stalled.rstCode).not.toBe(0);
    quick.close();
    slow.destroy();
  });
});

describe('a stop', () => {
  it('ends watches cleanly and lets open requests finish', async () => {
    const gate = new Deferred<void>();
    await start({ wrap: held(gate.promise) });
    const watch = await WatchReader.open(test.admin, path);
    const open = test.call('DELETE', `${path}/none`);
    await test.call('GET', '/livez');
    const stopping = test.api.stop();
    expect(await watch.next()).toBeUndefined();
    gate.resolve();
    expect((await open).status).toBe(404);
    await stopping;
    await expect(test.call('GET', '/livez', undefined, {}, test.anonymous())).rejects.toThrow();
  });
});

/** An HTTP/2 connection that stands. */
async function connected(): Promise<ClientHttp2Session> {
  const session = connect(`https://127.0.0.1:${String(test.api.port)}`, test.adminTls);
  await once(session, 'connect');
  return session;
}

describe('a stop with a client that does not read', () => {
  it('ends all the same', async () => {
    await start({ limits: { stopPatienceMs: 500 } });
    for (let i = 0; i < 40; i++) await create(`m${String(i)}`, 900_000);
    const socket = tls.connect({ port: test.api.port, host: '127.0.0.1', ...test.adminTls });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await once(socket, 'readable');
    await test.api.stop();
    socket.destroy();
  });
});

describe('a stop in the middle', () => {
  it('of a large answer lets it arrive whole', async () => {
    await start();
    for (let i = 0; i < 12; i++) await create(`m${String(i)}`, 1_000_000);
    const session = await connected();
    const stream = session.request({ ':path': path });
    await once(stream, 'response');
    const stopping = test.api.stop();
    let text = '';
    for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
    expect(JSON.parse(text).items).toHaveLength(12);
    session.close();
    await stopping;
  });

  it('of a body carries the request out instead of breaking it', async () => {
    await start();
    const session = await connected();
    const stream = session.request({ ':path': path, ':method': 'POST', 'content-type': 'application/json' });
    stream.write('{"metadata":');
    await new Promise((resolve) => session.ping(resolve));
    const stopping = test.api.stop();
    stream.end('{"name":"late"}}');
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers[':status']).toBe(201);
    stream.resume();
    session.close();
    await stopping;
  });
});

describe('a client that leaves in the middle of its body', () => {
  it.each(['HTTP/1.1', 'HTTP/2'])('over %s leaves nothing behind', async (version) => {
    await start({ limits: { stopPatienceMs: 3_600_000 } });
    if (version === 'HTTP/2') {
      const session = await connected();
      session.on('error', () => undefined);
      const stream = session.request({ ':path': path, ':method': 'POST', 'content-type': 'application/json' });
      stream.on('error', () => undefined);
      stream.write('{"metadata":');
      await new Promise((resolve) => session.ping(resolve));
      session.destroy();
    } else {
      const outgoing = request({ port: test.api.port, path, method: 'POST', headers: { 'content-length': '1000' }, ...test.adminTls });
      outgoing.on('error', () => undefined);
      await new Promise((resolve) => outgoing.write('{"metadata":', resolve));
      await test.call('GET', '/livez');
      outgoing.destroy();
    }
    expect((await create('next')).status).toBe(201);
    await test.api.stop();
  });
});

describe('a request that takes too long', () => {
  it('to send its body is answered 504, and is not carried out when the body comes at last', async () => {
    await start({ limits: { requestTimeoutMs: 1 } });
    const session = await connected();
    const stream = session.request({ ':path': path, ':method': 'POST', 'content-type': 'application/json' });
    stream.on('error', () => undefined);
    stream.write('{"metadata":');
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers[':status']).toBe(504);
    stream.end('{"name":"late"}}');
    stream.resume();
    await new Promise((resolve) => session.ping(resolve));
    session.close();
    expect((await test.storage.list('core/configmaps/default/')).items).toEqual([]);
  });


  it('is answered 504, and counted as given up', async () => {
    const gate = new Deferred<void>();
    const metrics = createMetrics();
    await start({ wrap: held(gate.promise), limits: { requestTimeoutMs: 1 }, metrics });
    const { status, body } = await test.call('DELETE', `${path}/none`);
    expect([status, body.reason]).toEqual([504, 'Timeout']);
    expect(await metrics.text()).toContain('apiserver_request_terminations_total{verb="DELETE",group="",version="v1",resource="configmaps",subresource="",scope="resource",component="apiserver",code="504"} 1\n');
    gate.resolve();
  });
});

describe('a storage that is away', () => {
  it('is 503 for writes and consistent reads, while cached reads go on', async () => {
    const { StorageError } = await import('@gantry/storage');
    let isAway = false;
    await start({ wrap: (storage) => new Proxy<Storage>(storage, { get: (target, name) => (isAway ? () => Promise.reject(new StorageError('unavailable', 'no leader')) : Reflect.get(target, name).bind(target)) }) });
    await create('a');
    await test.call('GET', path);
    isAway = true;
    const written = await create('b');
    expect([written.status, written.body.reason, written.headers['retry-after']]).toEqual([503, 'ServiceUnavailable', '1']);
    expect((await test.call('GET', `${path}/a`)).status).toBe(503);
    expect((await test.call('GET', `${path}/a?resourceVersion=0`)).status).toBe(200);
    expect((await test.call('GET', '/readyz?verbose')).status).toBe(500);
    expect((await test.call('GET', '/livez')).status).toBe(200);
    isAway = false;
    expect((await create('b')).status).toBe(201);
  });
});
