import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { joinSocket } from '@gantry/bus';
import type { Subscription } from '@gantry/bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../test-api.suite.js';
import type { TestApi } from '../../test-api.suite.js';

const NAMESPACE = '/api/v1/namespaces/default';
let test: TestApi;
let target: Server;
let kubelet: Subscription;
const dialled: string[] = [];

/** Says what it was asked, but for a few paths. */
async function answer(request: IncomingMessage): Promise<{ status?: number; headers?: Record<string, string>; body: string }> {
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) size += chunk.length;
  if (request.url === '/away') return { status: 302, headers: { location: '/there' }, body: '' };
  if (request.url === '/page') return { headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<a href="/x">y</a>' };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ method: request.method, url: request.url, size, authorization: request.headers.authorization, upgrade: request.headers.upgrade }) };
}

beforeAll(async () => {
  target = createServer((request, response) => void answer(request).then(({ status = 200, headers, body }) => response.writeHead(status, headers).end(body)));
  target.on('upgrade', (request, socket) => {
    socket.on('error', () => undefined);
    if (request.url === '/no') return socket.end('HTTP/1.1 426 Upgrade Required\r\ncontent-length: 2\r\n\r\nno');
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
    return socket.pipe(socket);
  });
  await once(target.listen(0, '127.0.0.1'), 'listening');
  test = await startTestApi();
  await test.call('POST', `${NAMESPACE}/pods`, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 8080 }] }] } });
  await test.call('POST', `${NAMESPACE}/pods/p/binding`, { target: { kind: 'Node', name: 'n1' } });
  await addressed('10.244.0.5');
  await test.call('POST', `${NAMESPACE}/services`, { metadata: { name: 's' }, spec: { ports: [{ name: 'web', port: 80 }, { name: 'none', port: 81 }] } });
  const address = { ip: '10.244.0.5', targetRef: { kind: 'Pod', name: 'p', namespace: 'default' } };
  await test.call('POST', `${NAMESPACE}/endpoints`, { metadata: { name: 's' }, subsets: [{ addresses: [{ ip: '192.0.2.9' }, address], ports: [{ name: 'web', port: 8081 }] }, { notReadyAddresses: [address], ports: [{ name: 'none', port: 8081 }] }] });
  kubelet = test.bus.acceptStreams('node.n1.stream', async (stream) => {
    dialled.push(`${stream.headers['method']} ${stream.headers['path']}?${stream.headers['query']}`);
    if (stream.headers['query'] === 'port=9') {
      stream.accept({ status: '502' });
      await stream.write(Buffer.from('dial tcp 10.244.0.5:9: connect: connection refused'));
      return stream.end();
    }
    const socket = connect({ port: (target.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    stream.accept({ status: '200' });
    await joinSocket(stream, socket);
  });
});
afterAll(async () => {
  await kubelet.close();
  await test.stop();
  await once(target.close(), 'close');
});

async function addressed(podIP: string): Promise<void> {
  await test.call('PATCH', `${NAMESPACE}/pods/p/status`, { status: { podIP, podIPs: [{ ip: podIP }] } }, { 'content-type': 'application/merge-patch+json' });
}

describe('the proxy of a pod', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('passes %s on, with the path and the query as they are', async (method) => {
    const { status, body } = await test.call(method, `${NAMESPACE}/pods/p/proxy/a//b%2Fc/?x=%20y`, method === 'GET' ? undefined : 'hello', { authorization: 'Bearer t', 'content-type': 'text/plain' });
    expect([status, body]).toEqual([200, { method, url: '/a//b%2Fc/?x=%20y', size: method === 'GET' ? 0 : 5 }]);
    expect(dialled.at(-1)).toBe('CONNECT /dial/default/p?port=8080');
  });

  it('takes bodies that are longer than any of its own', async () => {
    expect((await test.call('POST', `${NAMESPACE}/pods/http:p:8081/proxy/`, new Uint8Array(8_000_000), { 'content-type': 'text/plain' })).body).toMatchObject({ size: 8_000_000 });
    expect(dialled.at(-1)).toBe('CONNECT /dial/default/p?port=8081');
  });

  it('leads back to itself', async () => {
    const at = `${NAMESPACE}/pods/p/proxy`;
    expect(await test.call('GET', at)).toMatchObject({ status: 301, headers: { location: `${at}/` } });
    expect(await test.call('GET', `${at}/away`)).toMatchObject({ status: 302, headers: { location: `${at}/there` } });
    expect(Buffer.from((await test.call('GET', `${at}/page`)).body as Uint8Array).toString()).toBe(`<a href="${at}/x">y</a>`);
  });

  it('says why nothing answers', async () => {
    expect((await test.call('GET', `${NAMESPACE}/pods/p:9/proxy/`)).body).toMatchObject({ code: 503, reason: 'ServiceUnavailable', message: 'error trying to reach service: dial tcp 10.244.0.5:9: connect: connection refused' });
    expect((await test.call('GET', `${NAMESPACE}/pods/ftp:p:9/proxy/`)).body).toMatchObject({ code: 400, message: 'invalid pod request "ftp:p:9"' });
    expect((await test.call('GET', `${NAMESPACE}/pods/q/proxy/`)).body).toMatchObject({ code: 404, message: 'pods "q" not found' });
  });

  it.each(['127.0.0.1', '169.254.169.254', '::1'])('goes to no address that is no pod\'s: %s', async (podIP) => {
    await addressed(podIP);
    expect((await test.call('GET', `${NAMESPACE}/pods/p/proxy/`)).body).toMatchObject({ code: 400, message: 'address not allowed' });
    await addressed('10.244.0.5');
  });

  it.each([['/up', /^HTTP\/1\.1 101 Switching Protocols\r\n[^]*upgrade: echo\r\n[^]*\r\n\r\nping$/], ['/no', /^HTTP\/1\.1 426 [^]*\r\n\r\nno\n$/]])('hands the connection over where the target does: %s', async (path, expected) => {
    const socket = connectTls({ port: test.api.port, host: '127.0.0.1', ...test.adminTls, servername: 'localhost' });
    socket.write(`GET ${NAMESPACE}/pods/p/proxy${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nping`);
    let said = '';
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise<void>((resolve) => socket.on('data', () => void (expected.test(said) && resolve())).on('close', () => resolve()));
    socket.destroy();
    expect(said).toMatch(expected);
  });
});

describe('the proxy of a service', () => {
  it.each(['s:web', 's:80', 'http:s:web'])('goes to a ready pod of %s', async (id) => {
    expect((await test.call('GET', `${NAMESPACE}/services/${id}/proxy/x`)).body).toMatchObject({ url: '/x' });
    expect(dialled.at(-1)).toBe('CONNECT /dial/default/p?port=8081');
  });

  it.each([
    ['s:none', 503, 'no endpoints available for service "s:none"'],
    ['s:82', 503, 'no service port 82 found for service "s"'],
    ['other', 404, 'endpoints "other" not found'],
  ])('%s is answered %i', async (id, code, message) => {
    expect((await test.call('GET', `${NAMESPACE}/services/${id}/proxy/`)).body).toMatchObject({ code, message });
  });
});
