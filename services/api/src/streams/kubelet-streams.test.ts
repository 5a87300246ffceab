import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let test: TestApi;
const log = '/api/v1/namespaces/default/pods/p/log';
beforeAll(async () => {
  test = await startTestApi();
  await test.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'a', image: 'i' }, { name: 'b', image: 'i' }] } });
});
afterAll(() => test.stop());

describe('the log of a container', () => {
  it('needs to know which, and where the pod is', async () => {
    expect((await test.call('GET', log)).body.message).toBe('a container name must be specified for pod p, choose one of: [a b]');
    expect((await test.call('GET', `${log}?container=z`)).body.message).toBe('container z is not valid for pod p');
    expect((await test.call('GET', `${log}?container=a`)).body.message).toBe('pod p does not have a host assigned');
    await test.call('POST', '/api/v1/namespaces/default/pods/p/binding', { target: { kind: 'Node', name: 'node.1' } });
    expect((await test.call('GET', `${log}?container=a`)).status).toBe(503);
  });

  it('flows from the kubelet of its node, with what was asked for', async () => {
    const asked: Record<string, string>[] = [];
    const kubelet = test.bus.acceptStreams('node.node=2E1.stream', async (stream) => {
      asked.push({ ...stream.headers });
      stream.accept({ status: '200', 'content-type': 'text/plain' });
      await stream.write(Buffer.from('one\n'));
      await stream.write(Buffer.alloc(600_000, 'x'));
      await stream.end();
    });
    const { status, headers, body } = await test.call('GET', `${log}?container=b&tailLines=5&follow=true&other=1`);
    expect([status, headers['content-type'], body.length, Buffer.from(body).subarray(0, 4).toString()]).toEqual([200, 'text/plain', 600_004, 'one\n']);
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/containerLogs/default/p/b', query: 'follow=true&tailLines=5' });
    await kubelet.close();
  });

  it('fails in the kubelet\'s words', async () => {
    const kubelet = test.bus.acceptStreams('node.node=2E1.stream', async (stream) => {
      stream.accept({ status: '400', 'content-type': 'text/plain' });
      await stream.write(Buffer.from('container "b" in pod "p" is waiting to start: ContainerCreating'));
      await stream.end();
    });
    const { status, body } = await test.call('GET', `${log}?container=b`);
    expect([status, body.message]).toEqual([400, 'container "b" in pod "p" is waiting to start: ContainerCreating']);
    await kubelet.close();
  });

  it('ends at the kubelet when the client leaves', async () => {
    const ended = new Promise<string | undefined>((resolve) => {
      test.bus.acceptStreams('node.node=2E1.stream', async (stream) => {
        stream.accept({ status: '200', 'content-type': 'text/plain' });
        await stream.write(Buffer.from('first\n'));
        resolve(await stream.closed);
      });
    });
    const controller = new AbortController();
    const answer = await test.admin.stream({ method: 'GET', path: log, query: 'container=a&follow=true', headers: {}, signal: controller.signal });
    for await (const chunk of answer.body) {
      expect(Buffer.from(chunk).toString()).toBe('first\n');
      break;
    }
    controller.abort();
    expect(await ended).toBeDefined();
  });
});
