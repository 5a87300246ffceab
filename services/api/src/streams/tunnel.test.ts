import { once } from 'node:events';
import { connect } from 'node:tls';
import { joinSocket } from '@gantry/bus';
import { createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let test: TestApi;
let node: Server;
beforeAll(async () => {
  test = await startTestApi();
  node = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    test.bus.openStream('api.node.n1.tunnel', { timeoutMs: 5000 }).then((stream) => joinSocket(stream, socket), () => socket.resetAndDestroy());
  }).listen(0, '127.0.0.1');
  await once(node, 'listening');
});
afterAll(async () => {
  await once(node.close(), 'close');
  await test.stop();
});

const port = (): number => (node.address() as { port: number }).port;

describe('the way of a pod to the API', () => {
  it('ends in the TLS of the API, and the one who asks is whom the certificate names', async () => {
    const { ca, cert, key } = test.adminTls;
    const client = connect({ port: port(), host: '127.0.0.1', ca, cert, key, servername: 'localhost' });
    client.end('GET /api/v1/namespaces/default HTTP/1.1\r\nhost: kubernetes\r\nconnection: close\r\n\r\n');
    expect(await text(client)).toMatch(/^HTTP\/1\.1 200 [^]*"name":"default"/);
  });

  it('gives nobody the rights of the node', async () => {
    const client = connect({ port: port(), host: '127.0.0.1', ca: test.adminTls.ca, servername: 'localhost' });
    client.end('GET /api/v1/nodes HTTP/1.1\r\nhost: kubernetes\r\nconnection: close\r\n\r\n');
    expect(await text(client)).toMatch(/^HTTP\/1\.1 40[13] /);
  });

  it('ends with the API', async () => {
    const { ca, cert, key } = test.adminTls;
    const client = connect({ port: port(), host: '127.0.0.1', ca, cert, key, servername: 'localhost' });
    await once(client, 'secureConnect');
    client.on('error', () => undefined).resume();
    const closed = new Promise((resolve) => client.once('close', resolve));
    await test.api.stop();
    await closed;
  });
});
