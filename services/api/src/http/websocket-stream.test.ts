import { decodeWatchFrame } from '@gantry/apimachinery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';
import { MessageReader } from './message-reader.suite.js';

let test: TestApi;
const path = '/api/v1/namespaces/default/configmaps';
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

let count = 0;
const create = async (): Promise<string> => (await test.call('POST', path, { metadata: { name: `m${String(++count)}` } })).body.metadata.name;

describe('a watch over WebSocket', () => {
  it('has one text message an event, and a close at its end', async () => {
    const reader = await MessageReader.open(test, `${path}?watch=true&timeoutSeconds=1&resourceVersion=0`);
    expect(reader.head).toMatch(/^HTTP\/1\.1 101 [^]*audit-id: /i);
    const name = await create();
    for (;;) {
      const message = await reader.next();
      const event = JSON.parse(String(message?.data));
      expect(message?.isText).toBe(true);
      if (event.object.metadata.name !== name) continue;
      expect(event.type).toBe('ADDED');
      break;
    }
    expect(await reader.next()).toBeUndefined();
    reader.close();
  });

  it('has one message of bytes an event where events are protobuf, without its length', async () => {
    await create();
    const reader = await MessageReader.open(test, `${path}?watch=true&limit=1`, ['accept: application/vnd.kubernetes.protobuf', 'sec-websocket-protocol: binary.k8s.io']);
    expect(reader.head).toMatch(/sec-websocket-protocol: binary\.k8s\.io/i);
    const message = await reader.next();
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message!.data.length);
    expect(decodeWatchFrame(Buffer.concat([length, message!.data]))?.event).toMatchObject({ type: 'ADDED', object: { kind: 'ConfigMap' } });
    expect(message!.isText).toBe(false);
    reader.close();
  });

  it('is refused in HTTP: unknown parameters, forms without watches, more than one subprotocol', async () => {
    expect((await MessageReader.open(test, `${path}?watch=true&labelSelector=%3D`)).head).toMatch(/^HTTP\/1\.1 400 /);
    expect((await MessageReader.open(test, `${path}?watch=true`, ['accept: application/yaml'])).head).toMatch(/^HTTP\/1\.1 406 /);
    expect((await MessageReader.open(test, `${path}?watch=true`, ['sec-websocket-protocol: a, b'])).head).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('is over when its client leaves', async () => {
    const reader = await MessageReader.open(test, `${path}?watch=true`);
    await create();
    reader.close();
    await create();
    expect((await test.call('GET', path)).status).toBe(200);
  });
});

describe('a log over WebSocket', () => {
  const log = '/api/v1/namespaces/default/pods/p/log';
  beforeAll(async () => {
    await test.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'a', image: 'i' }] } });
    await test.call('POST', '/api/v1/namespaces/default/pods/p/binding', { target: { kind: 'Node', name: 'n' } });
    test.bus.acceptStreams('node.n.stream', async (stream) => {
      stream.accept({ status: '200', 'content-type': 'text/plain' });
      await stream.write(Buffer.from('one\n'));
      await stream.end();
    });
  });

  it.each([
    [[], false, 'one\n'],
    [['sec-websocket-protocol: binary.k8s.io'], false, 'one\n'],
    [['sec-websocket-protocol: x, base64.binary.k8s.io'], true, Buffer.from('one\n').toString('base64')],
  ])('begins with an empty message, and is bytes or base64 (%s)', async (headers, isText, data) => {
    const reader = await MessageReader.open(test, log, headers);
    expect((await reader.next())?.data).toHaveLength(0);
    const message = await reader.next();
    expect([message?.isText, String(message?.data)]).toEqual([isText, data]);
    expect(await reader.next()).toBeUndefined();
    reader.close();
  });

  it('is refused where no subprotocol is spoken', async () => {
    expect((await MessageReader.open(test, log, ['sec-websocket-protocol: channel.k8s.io'])).head).toMatch(/^HTTP\/1\.1 403 /);
  });
});
