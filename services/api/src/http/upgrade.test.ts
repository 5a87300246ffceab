import { once } from 'node:events';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { issueCertificate } from '@gantry/platform/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

type Credentials = { readonly cert?: string; readonly key?: string };

async function opened(credentials: Credentials): Promise<TLSSocket> {
  const socket = connect({ port: test.api.port, host: '127.0.0.1', ca: test.adminTls.ca, servername: 'localhost', ...credentials });
  await once(socket, 'secureConnect');
  return socket;
}

/** The whole answer to a request that asks for another protocol. */
async function asked(line: string, credentials: Credentials = test.adminTls, headers = 'upgrade: websocket\r\n'): Promise<string> {
  const socket = await opened(credentials);
  socket.write(`${line} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\n${headers}\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A body that was sent in chunks. */
function unchunked(body: string): string {
  let text = '';
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.slice(at, end), 16);
    if (length === 0) return text;
    text += body.slice(end + 2, end + 2 + length);
    at = end + 2 + length + 2;
  }
}

describe('a request for another protocol', () => {
  it('is refused as any other, in HTTP, by who asks and what they may', async () => {
    expect(await asked('GET /api/v1/namespaces/default/pods/p', {})).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n[^]*"reason":"Unauthorized"/);
    const { certificate, key } = await issueCertificate(test.authority, { commonName: 'eve', usage: 'client', days: 1, now: Date.now() });
    expect(await asked('GET /api/v1/namespaces/default/pods/p', { cert: certificate, key })).toMatch(/^HTTP\/1\.1 403 [^]*audit-id: [^]*cannot get resource \\"pods\\"/);
    expect(await asked('GET /api/v1/namespaces/default/pods/p')).toMatch(/^HTTP\/1\.1 404 [^]*pods \\"p\\" not found/);
  });

  it('is answered in HTTP where there is nothing to go on with, and the connection ends', async () => {
    expect(await asked('GET /version')).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n[^]*"gitVersion"/i);
    expect(await asked('GET /version', test.adminTls, 'upgrade: h2c\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is answered whole, however long the answer', async () => {
    for (const name of ['l1', 'l2', 'l3', 'l4']) await test.call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name }, data: { k: 'x'.repeat(900_000) } });
    const text = await asked('GET /api/v1/namespaces/default/configmaps');
    expect(JSON.parse(unchunked(text.slice(text.indexOf('\r\n\r\n') + 4))).items.length).toBeGreaterThan(3);
  });

  it('harms nobody when its client leaves', async () => {
    const socket = await opened(test.adminTls);
    socket.write('GET /api/v1/nodes HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    socket.destroy();
    await once(socket, 'close');
    expect((await test.call('GET', '/version')).status).toBe(200);
  });
});

describe('what is passed on', () => {
  it('is only what stands behind a proxy, not what is called so', async () => {
    expect((await test.call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'proxy' } })).status).toBe(201);
    expect((await test.call('PUT', '/api/v1/namespaces/default/configmaps/proxy', { metadata: { name: 'proxy' }, data: { a: 'b' } })).body.data).toEqual({ a: 'b' });
  });
});
