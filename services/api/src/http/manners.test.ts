import { once } from 'node:events';
import { constants, connect as connect2 } from 'node:http2';
import { connect } from 'node:tls';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

const path = '/api/v1/namespaces/default/configmaps';
let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
  await test.call('POST', path, { metadata: { name: 'large' }, data: { k: 'x'.repeat(200_000) } });
  await test.call('POST', path, { metadata: { name: 'small' } });
});
afterAll(() => test.stop());

interface Raw {
  readonly head: string;
  readonly body: Buffer;
}

/** Sends text as it is over HTTP/1.1 and reads until the server closes. */
async function raw(request: string): Promise<Raw> {
  const socket = connect({ port: test.api.port, host: '127.0.0.1', servername: 'localhost', ...test.adminTls });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  const all = Buffer.concat(chunks);
  const end = all.indexOf('\r\n\r\n');
  return { head: all.subarray(0, end).toString('latin1'), body: all.subarray(end + 4) };
}

const get = (target: string, headers: string[] = [], method = 'GET'): Promise<Raw> => raw([`${method} ${target} HTTP/1.1`, 'host: x', 'connection: close', ...headers, '', ''].join('\r\n'));

function dechunked(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

describe('compression', () => {
  it('is for large answers, where gzip is asked for by its name', async () => {
    const answer = await get(`${path}/large`, ['accept-encoding: deflate, gzip']);
    expect(answer.head).toMatch(/content-encoding: gzip\r\n[^]*vary: Accept-Encoding/i);
    expect(JSON.parse(gunzipSync(dechunked(answer.body)).toString()).data.k).toHaveLength(200_000);
    for (const encoding of ['gzip;q=0', 'deflate', 'br', '*', 'x-gzip']) expect((await get(`${path}/large`, [`accept-encoding: ${encoding}`])).head).not.toMatch(/content-encoding/i);
    expect((await get(`${path}/small`, ['accept-encoding: gzip'])).head).not.toMatch(/content-encoding/i);
  });

  it('is the same over HTTP/2, and never of a watch', async () => {
    const session = connect2(`https://127.0.0.1:${String(test.api.port)}`, test.adminTls);
    const ask = async (target: string): Promise<[string | undefined, Buffer]> => {
      const stream = session.request({ ':path': target, 'accept-encoding': 'gzip' });
      const [headers] = (await once(stream, 'response')) as [Record<string, string>];
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
      return [headers['content-encoding'], Buffer.concat(chunks)];
    };
    const [encoding, body] = await ask(path);
    expect([encoding, JSON.parse(gunzipSync(body).toString()).items.length]).toEqual(['gzip', 2]);
    expect((await ask(`${path}?watch=1&timeoutSeconds=1`))[0]).toBeUndefined();
    session.close();
  });

  it('of a body is not undone, as upstream does not', async () => {
    const { status, body } = await test.call('POST', path, gzipSync(JSON.stringify({ metadata: { name: 'z' } })), { 'content-encoding': 'gzip' });
    expect([status, body.reason]).toEqual([400, 'BadRequest']);
  });
});

describe('JSON for people', () => {
  it.each([
    ['curl', path, ['user-agent: curl/8.1'], true],
    ['a browser', '/version', ['user-agent: Mozilla/5.0 (X11)'], true],
    ['the query', `${path}/small?pretty=true`, [], true],
    ['the Accept header', `${path}/small`, ['accept: application/json;pretty=1'], true],
    ['curl that does not want it', `${path}/small?pretty=false`, ['user-agent: curl/8.1'], false],
    ['kubectl', `${path}/small`, ['user-agent: kubectl/v1.36'], false],
  ])('is laid out for %s', async (_who, target, headers, isPretty) => {
    const text = (await get(target, headers)).body.toString();
    expect([text.startsWith('{\n  "'), typeof JSON.parse(text)]).toEqual([isPretty, 'object']);
  });
});

describe('methods', () => {
  it('HEAD has the head of GET and no body', async () => {
    const [head, whole] = [await get(`${path}/small`, [], 'HEAD'), await get(`${path}/small`)];
    expect([head.body.length, /content-length: (\d+)/i.exec(head.head)?.[1]]).toEqual([0, String(whole.body.length)]);
  });

  it.each(['OPTIONS', 'TRACE', 'PROPFIND'])('%s is none of any resource', async (method) => {
    expect((await get(`${path}/small`, [], method)).head).toMatch(/^HTTP\/1\.1 405 /);
  });

  it('that a resource does not have are 405', async () => {
    for (const [method, target] of [['PATCH', path], ['POST', `${path}/small`], ['PUT', path], ['DELETE', '/api/v1/namespaces'], ['DELETE', '/api/v1/configmaps'], ['POST', '/api/v1/configmaps']] as const) {
      const { status, body } = await test.call(method, target, {});
      expect([method, target, status, body.message]).toEqual([method, target, 405, 'the server does not allow this method on the requested resource']);
    }
  });
});

describe('what is no request of HTTP', () => {
  it.each([
    ['nonsense', 'x\r\n\r\n', 400],
    ['a head that is too long', `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(300_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST /api/v1/nodes HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx', 400],
    ['a length beside chunks', 'POST /api/v1/nodes HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['an unknown transfer', 'POST /api/v1/nodes HTTP/1.1\r\nhost: x\r\ntransfer-encoding: x\r\n\r\n', 400],
    ['an unknown expectation', 'GET /version HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: x\r\n\r\n', 417],
  ])('%s is refused', async (_what, text, status) => {
    const { head } = await raw(text);
    // What the server has not read of it may make the connection break before the answer is read.
    if (status !== 431 || head !== '') expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
    expect((await test.call('GET', '/version')).status).toBe(200);
  });

  it('a body that is announced is asked for', async () => {
    const body = JSON.stringify({ metadata: { name: 'expected' } });
    const { head, body: rest } = await raw(`POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`);
    expect(head).toMatch(/^HTTP\/1\.1 100 Continue/);
    expect(rest.toString()).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('a body over the limit is 413 in upstream\'s words', async () => {
    const { status, body } = await test.call('POST', path, { metadata: { name: 'x' }, data: { k: 'x'.repeat(3 * 1024 * 1024) } });
    expect([status, body.message]).toEqual([413, 'Request entity too large: limit is 3145728']);
  });

  it('a head over the limit ends its stream of HTTP/2, not the connection', async () => {
    const session = connect2(`https://127.0.0.1:${String(test.api.port)}`, test.adminTls);
    session.on('error', () => undefined);
    const stream = session.request({ ':path': '/version', a: 'x'.repeat(60_000) });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect([200, 431]).toContain(headers[constants.HTTP2_HEADER_STATUS]);
    stream.resume();
    session.close();
  });
});

describe('an id that the client gives', () => {
  it('is the answer\'s', async () => {
    expect((await test.call('GET', '/version', undefined, { 'audit-id': 'mine' })).headers['audit-id']).toBe('mine');
  });
});
