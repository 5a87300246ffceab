import type { Subscription } from '@gantry/bus';
import { createMetrics } from '@gantry/platform/metrics';
import { CHANNELS, ChannelWriter, readChannels } from '@gantry/stream-protocols';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { issueCertificate } from '@gantry/platform/pki';
import { startTestApi } from '../../test-api.suite.js';
import type { TestApi } from '../../test-api.suite.js';

const POD = '/api/v1/namespaces/default/pods/p';
let test: TestApi;
let kubelet: Subscription;
/** What the kubelet was asked for. */
const asked: string[] = [];
const left: Promise<unknown>[] = [];
const open: WebSocket[] = [];
beforeAll(async () => {
  test = await startTestApi({ metrics: createMetrics() });
  await test.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'a', image: 'i' }, { name: 'b', image: 'i' }] } });
  await test.call('POST', `${POD}/binding`, { target: { kind: 'Node', name: 'n1' } });
  kubelet = test.bus.acceptStreams('node.n1.stream', serve);
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});
afterAll(async () => {
  await kubelet.close();
  await test.stop();
});

/** A kubelet whose containers answer input with itself and end with code 3; `b` does not run. */
const serve: Parameters<TestApi['bus']['acceptStreams']>[1] = async (stream) => {
  asked.push(`${stream.headers['method']} ${stream.headers['path']}?${stream.headers['query']}`);
  left.push(stream.closed);
  if (stream.headers['path']?.endsWith('/b') === true) {
    stream.accept({ status: '500' });
    await stream.write(Buffer.from('container not found ("b")\n'));
    return stream.end();
  }
  stream.accept({ status: '200' });
  const writer = new ChannelWriter((chunk) => stream.write(chunk));
  try {
    for await (const { channel, data, isEnd } of readChannels(stream.readable)) {
      await writer.data(channel === CHANNELS.resize ? CHANNELS.stderr : CHANNELS.stdout, data);
      if (channel === CHANNELS.stdin && isEnd) break;
    }
    await writer.data(CHANNELS.error, Buffer.from(JSON.stringify({ status: 'Failure', message: 'it ended with 3' })));
    await stream.end();
  } catch {
    // The client left.
  }
};

interface Message {
  readonly channel: number;
  readonly text: string;
}

function websocket(path: string, protocols: string[], tls: { cert: string; key: string } = test.adminTls): { socket: WebSocket; messages: Message[]; closed: Promise<number>; refused: Promise<number> } {
  const socket = new WebSocket(`wss://localhost:${test.api.port}${path}`, protocols, { ...test.adminTls, ...tls });
  open.push(socket);
  const messages: Message[] = [];
  socket.on('message', (data: Buffer, isBinary: boolean) => messages.push(isBinary ? { channel: data[0]!, text: data.toString('utf8', 1) } : { channel: Number(data.toString()[0]), text: Buffer.from(data.toString().slice(1), 'base64').toString() }));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const refused = new Promise<number>((resolve) => socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)));
  socket.on('error', () => undefined);
  return { socket, messages, closed, refused };
}

const opened = (socket: WebSocket): Promise<void> => new Promise((resolve) => socket.once('open', resolve));
const exec = (more: string): string => `${POD}/exec?${more}`;

describe('a command over WebSocket', () => {
  it('has channels, and an end of its input since the fifth version', async () => {
    const { socket, messages, closed } = websocket(exec('container=a&command=x&command=y%20z&stdin=true&stdout=true&tty=true&stderr=true'), ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
    await opened(socket);
    expect(socket.protocol).toBe('v5.channel.k8s.io');
    socket.send(Buffer.from('\0hello'));
    socket.send(Buffer.from([255, 0]));
    expect(await closed).toBe(1000);
    expect(messages.map(({ channel, text }) => [channel, text])).toEqual([[1, ''], [1, 'hello'], [3, '{"status":"Failure","message":"it ended with 3"}']]);
    expect(asked.at(-1)).toBe('CONNECT /exec/default/p/a?input=1&output=1&tty=1&command=x&command=y+z');
  });

  it('is base64 where that was asked for, and ends at the kubelet when the client leaves', async () => {
    const { socket, messages } = websocket(exec('container=a&command=x&stdin=1&stdout=1'), ['v4.base64.channel.k8s.io']);
    await opened(socket);
    socket.send(`0${Buffer.from('hello').toString('base64')}`);
    while (messages.length < 2) await new Promise((resolve) => socket.once('message', resolve));
    expect(messages).toEqual([{ channel: 1, text: '' }, { channel: 1, text: 'hello' }]);
    socket.terminate();
    expect(await left.at(-1)).toBeDefined();
  });

  it('is refused in HTTP by a kubelet that cannot, and on the error channel in the fifth version', async () => {
    expect(await websocket(exec('container=b&command=x&stdout=1'), ['v4.channel.k8s.io']).refused).toBe(500);
    const { messages, closed } = websocket(exec('container=b&command=x&stdout=1'), ['v5.channel.k8s.io']);
    await closed;
    expect(JSON.parse(messages.at(-1)!.text)).toMatchObject({ status: 'Failure', reason: 'InternalError', message: 'Internal error occurred: unable to upgrade connection: container not found ("b")' });
  });

  it('is refused in a protocol that nobody speaks', async () => {
    expect(await websocket(exec('container=a&command=x&stdout=1'), ['v9.channel.k8s.io']).refused).toBe(403);
  });

  it('needs the permission to create, though it is a GET', async () => {
    await test.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', { metadata: { name: 'looker' }, rules: [{ apiGroups: [''], resources: ['pods/exec', 'pods/attach', 'pods/portforward'], verbs: ['get'] }] });
    await test.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { metadata: { name: 'looker' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'looker' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve' }] });
    const { certificate: cert, key } = await issueCertificate(test.authority, { commonName: 'eve', usage: 'client', days: 1, now: Date.now() });
    for (const path of [exec('container=a&command=x&stdout=1'), `${POD}/attach?container=a&stdout=1`, `${POD}/portforward?ports=80`]) expect(await websocket(path, ['v4.channel.k8s.io'], { cert, key }).refused).toBe(403);
  });
});

describe('a command', () => {
  it('needs another protocol, a container that is there, and a version that is spoken', async () => {
    expect((await test.call('POST', exec('container=a&command=x&stdout=1'))).body).toMatchObject({ code: 400, message: 'Upgrade request required' });
    expect((await test.call('POST', exec('command=x&stdout=1'))).body.message).toBe('a container name must be specified for pod p, choose one of: [a b]');
    expect((await test.call('POST', exec('container=c&command=x&stdout=1'))).body.message).toBe('container c is not valid for pod p');
  });

  it('is counted by what carried it', async () => {
    const text = Buffer.from((await test.call('GET', '/metrics')).body as Uint8Array).toString();
    expect(text).toContain('gantry_stream_sessions_total{subresource="exec",transport="websocket",protocol="v5.channel.k8s.io"} 2\n');
    expect(text).toMatch(/apiserver_request_total\{verb="CONNECT",dry_run="",group="",version="v1",resource="pods",subresource="exec",scope="resource",component="apiserver",code="101"\} 3\n/);
  });
});
