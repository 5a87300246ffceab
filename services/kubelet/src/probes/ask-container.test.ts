import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createHttp2 } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import { createServer as createTcp } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { RuntimeError } from '@gantry/container-runtime';
import { createAuthority } from '@gantry/platform/pki';
import { afterEach, describe, expect, test } from 'vitest';
import { askContainers } from './ask-container.js';
import type { Probe } from './probe-state.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    (server as unknown as { closeAllConnections?: () => void }).closeAllConnections?.();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const closedPort = async (): Promise<number> => {
  const server = createTcp();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const ask = (spec: Probe, runtime = {} as ContainerRuntime, port = 0) =>
  askContainers(runtime)({ type: 'readiness', spec, container: { name: 'c', ports: [{ name: 'web', containerPort: port }] }, containerId: 'id', podIp: '127.0.0.1' });

const http = (answer: (request: IncomingMessage, response: ServerResponse) => void) => listening(createHttp(answer));

describe('an HTTP probe', () => {
  test.each([[200, 'success'], [204, 'success'], [304, 'success'], [399, 'success'], [400, 'failure'], [404, 'failure'], [500, 'failure']])('takes %i for a %s', async (status, result) => {
    const port = await http((_, response) => response.writeHead(status).end());
    expect(await ask({ httpGet: { port } })).toEqual({ result, output: result === 'failure' ? `HTTP probe failed with statuscode: ${status}` : '' });
  });

  test('asks a named port for its path, with its headers and the usual ones', async () => {
    const port = await http(({ url, headers }, response) => response.end(JSON.stringify([url, headers.host, headers['user-agent'], headers.accept, headers['x-a']])));
    const httpHeaders = [{ name: 'Host', value: 'example.com' }, { name: 'X-A', value: '1' }, { name: 'X-A', value: '2' }];
    const answer = await ask({ httpGet: { port: 'web', path: '/a/../b?c=1', httpHeaders } }, undefined, port);
    expect(JSON.parse(answer.output)).toEqual(['/a/../b?c=1', 'example.com', 'kube-probe/1.36', '*/*', '1, 2']);
  });

  test('follows on the same host, and is content with being sent away', async () => {
    const port = await http(({ url }, response) => {
      if (url === '/') response.writeHead(302, { location: '/next' }).end();
      else if (url === '/next') response.writeHead(500).end();
      else response.writeHead(302, { location: 'http://example.invalid/' }).end('elsewhere');
    });
    expect(await ask({ httpGet: { port } })).toEqual({ result: 'failure', output: 'HTTP probe failed with statuscode: 500' });
    expect(await ask({ httpGet: { port, path: '/away' } })).toEqual({ result: 'warning', output: 'Probe terminated redirects, Response body: elsewhere' });
  });

  test('goes round no more than ten times', async () => {
    const port = await http((_, response) => response.writeHead(302, { location: '/' }).end());
    expect(await ask({ httpGet: { port } })).toEqual({ result: 'failure', output: `Get "http://127.0.0.1:${port}/": stopped after 10 redirects` });
  });

  test('says why it had no answer', async () => {
    const closed = await closedPort();
    expect((await ask({ httpGet: { port: closed, path: '/x' } })).output).toBe(`Get "http://127.0.0.1:${closed}/x": dial tcp 127.0.0.1:${closed}: connect: connection refused`);
    const silent = await http(() => undefined);
    expect((await ask({ httpGet: { port: silent }, timeoutSeconds: 0.05 })).output).toBe(`Get "http://127.0.0.1:${silent}/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
    expect((await ask({ httpGet: { port: silent, scheme: 'HTTPS' }, timeoutSeconds: 5 }).finally(() => undefined)).result).toBe('failure');
  });

  test('asks over TLS whoever answers, also with a certificate that is self-signed, of another name and over', async () => {
    const { certificate, key } = await createAuthority('somebody', 1, Date.now() - 10 * 86_400_000);
    const port = await listening(createHttps({ cert: certificate, key }, ({ url }, response) => response.writeHead(url === '/well' ? 200 : 503).end(url)));
    expect(await ask({ httpGet: { port, path: '/well', scheme: 'HTTPS' } })).toEqual({ result: 'success', output: '/well' });
    expect(await ask({ httpGet: { port, path: '/ill', scheme: 'HTTPS' } })).toEqual({ result: 'failure', output: 'HTTP probe failed with statuscode: 503' });
    expect(await ask({ httpGet: { port, path: '/well' } })).toMatchObject({ result: 'failure' });
  });

  test('cannot ask a port that there is not', async () => {
    await expect(ask({ httpGet: { port: 'other' } })).rejects.toThrow('invalid syntax');
  });
});

test('a TCP probe wants to be let in', async () => {
  const port = await listening(createTcp());
  expect(await ask({ tcpSocket: { port } })).toMatchObject({ result: 'success' });
  const closed = await closedPort();
  expect(await ask({ tcpSocket: { port: closed } })).toEqual({ result: 'failure', output: `dial tcp 127.0.0.1:${closed}: connect: connection refused` });
});

describe('a command', () => {
  const runtime = (execSync: ContainerRuntime['execSync']) => ({ execSync }) as ContainerRuntime;
  test.each([[0, 'success'], [1, 'failure']])('that ends with %i is a %s', async (exitCode, result) => {
    const answer = await ask({ exec: { command: ['x'] } }, runtime(async () => ({ exitCode, stdout: Buffer.from('out '), stderr: Buffer.from('err') })));
    expect(answer).toEqual({ result, output: 'out err' });
  });
  test('that does not end has failed; one that cannot be run says nothing', async () => {
    const late = runtime(async () => Promise.reject(new RuntimeError('deadline', 'late')));
    expect(await ask({ exec: { command: ['sleep', '9'] } }, late)).toEqual({ result: 'failure', output: 'command "sleep 9" timed out' });
    await expect(ask({ exec: { command: ['x'] } }, runtime(async () => Promise.reject(new RuntimeError('unavailable', 'down'))))).rejects.toThrow('down');
  });
});

describe('a gRPC probe', () => {
  /** A health server that reads the service's name as far as it is short. */
  const health = (answer: (service: string, stream: ServerHttp2Stream) => void) => {
    const server = createHttp2();
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      expect(headers[':path']).toBe('/grpc.health.v1.Health/Check');
      stream.on('data', (chunk: Buffer) => answer(chunk.subarray(7).toString(), stream)).on('error', () => undefined);
    });
    return listening(server as unknown as Server);
  };
  const reply = (stream: ServerHttp2Stream, bytes: number[], trailers: Record<string, string>): void => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]));
  };

  test('is content with SERVING of its service only', async () => {
    const port = await health((service, stream) => reply(stream, service === 'shop' ? [8, 1] : [8, 2], { 'grpc-status': '0' }));
    expect(await ask({ grpc: { port, service: 'shop' } })).toEqual({ result: 'success', output: 'service healthy' });
    expect(await ask({ grpc: { port } })).toEqual({ result: 'failure', output: 'service unhealthy (responded with "NOT_SERVING")' });
  });

  test('says what the server said', async () => {
    const port = await health((service, stream) => stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': service === 'none' ? '12' : '5', 'grpc-message': 'unknown%20service' }, { endStream: true }));
    expect((await ask({ grpc: { port, service: 'none' } })).output).toBe('error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service');
    expect((await ask({ grpc: { port, service: 'other' } })).output).toBe('error: health rpc probe failed: rpc error: code = NotFound desc = unknown service');
  });

  test('takes what cannot be decoded as it is', async () => {
    const port = await health((_, stream) => stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '2', 'grpc-message': '100%' }, { endStream: true }));
    expect((await ask({ grpc: { port } })).output).toBe('error: health rpc probe failed: rpc error: code = Unknown desc = 100%');
  });

  test('fails where nobody listens, or nobody answers', async () => {
    const closed = await closedPort();
    expect((await ask({ grpc: { port: closed } })).output).toBe(`error: failed to connect service at "127.0.0.1:${closed}": dial tcp 127.0.0.1:${closed}: connect: connection refused`);
    const silent = await health(() => undefined);
    expect(await ask({ grpc: { port: silent }, timeoutSeconds: 0.3 })).toEqual({ result: 'failure', output: 'timeout: health rpc did not complete within 300ms' });
  });
});
