import 'reflect-metadata';
import { webcrypto, type X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { toStatus } from '@gantry/apimachinery';
import * as x509 from '@peculiar/x509';
import { expect, it } from 'vitest';
import type { ApiRequest } from '../transport.js';
import { describeTransport, type Handler } from '../transport.suite.js';
import { createHttpsTransport } from './https-transport.js';

x509.cryptoProvider.set(webcrypto as never);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const server = await selfSigned('localhost');
const stranger = await selfSigned('localhost');

async function selfSigned(name: string): Promise<{ cert: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const names = new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }, { type: 'ip', value: '127.0.0.1' }]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`, keys: keys as never, signingAlgorithm: ALGORITHM, extensions: [names], notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000),
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` };
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const https = createServer({ ...server, requestCert: true, rejectUnauthorized: false }, answer);
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      https.close(() => resolve());
      https.closeAllConnections();
    });
  return { url: `https://127.0.0.1:${(https.address() as AddressInfo).port}`, close };
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [path = '', query] = (incoming.url ?? '').split('?');
  const body = chunks.length === 0 ? undefined : Buffer.concat(chunks);
  return { method: incoming.method as ApiRequest['method'], path, query, headers: incoming.headers as Record<string, string>, body, signal };
}

async function serve(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const controller = new AbortController();
  outgoing.once('close', () => controller.abort());
  try {
    const { status, headers, body } = await handler(await toRequest(incoming, controller.signal));
    outgoing.writeHead(status, headers);
    if (body instanceof Uint8Array) return void outgoing.end(body);
    for await (const chunk of body) outgoing.write(chunk);
    outgoing.end();
  } catch (error) {
    if (outgoing.headersSent) return void outgoing.destroy();
    const status = toStatus(error);
    outgoing.writeHead(status.code ?? 500, { 'content-type': 'application/json' }).end(JSON.stringify(status));
  }
}

describeTransport('https transport', async (handler) => {
  const { url, close } = await listen((incoming, outgoing) => void serve(handler, incoming, outgoing));
  const transport = createHttpsTransport({ server: url, ca: server.cert });
  let stopped: Promise<void> | undefined;
  const stopServer = (): Promise<void> => (stopped ??= close());
  const stop = async (): Promise<void> => {
    await transport.close();
    await stopServer();
  };
  return { transport, stopServer, stop };
});

it('shows its certificate and its token, on one connection for many requests', async () => {
  const ports = new Set<number | undefined>();
  const { url, close } = await listen((incoming, outgoing) => {
    ports.add(incoming.socket.remotePort);
    const shown = (incoming.socket as unknown as { getPeerX509Certificate(): X509Certificate | undefined }).getPeerX509Certificate();
    outgoing.end(`${shown?.subject} ${incoming.headers.authorization}`);
  });
  const transport = createHttpsTransport({ server: url, ca: server.cert, cert: stranger.cert, key: stranger.key, token: 't' });
  for (let count = 0; count < 3; count += 1) {
    const { body } = await transport.send({ method: 'GET', path: '/', headers: {} });
    expect(Buffer.from(body).toString()).toBe('CN=localhost Bearer t');
  }
  expect(ports.size).toBe(1);
  await transport.close();
  await close();
});

it('does not talk to a server of another authority', async () => {
  const { url, close } = await listen((_incoming, outgoing) => outgoing.end('never'));
  const transport = createHttpsTransport({ server: url, ca: stranger.cert });
  await expect(transport.send({ method: 'GET', path: '/', headers: {} })).rejects.toMatchObject({ reason: 'Timeout' });
  await transport.close();
  await close();
});
