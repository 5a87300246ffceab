import { encodeToken } from '@gantry/bus';
import type { ByteStream } from '@gantry/bus';
import type { LogOptions } from '@gantry/container-runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testPod, TestNode } from '../kubelet-harness.suite.js';

let node: TestNode;
beforeEach(() => void (node = new TestNode()));
afterEach(() => node.close());

function open(path: string, query = '', method = 'GET'): Promise<ByteStream> {
  return node.bus.openStream(`node.${encodeToken('n1')}.stream`, { headers: { method, path, query }, timeoutMs: 5_000 });
}

async function text(stream: ByteStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function answer(path: string, query = '', method = 'GET'): Promise<string> {
  const stream = await open(path, query, method);
  await stream.end();
  return `${stream.headers['status']} ${await text(stream)}`;
}

const talker = () => testPod('web', { restartPolicy: 'Never', initContainers: [{ name: 'init', image: 'i' }] }, { 'main.hollow.gantry.io/log': 'one\ntwo', 'init.hollow.gantry.io/exit-after': '5' });

describe('the logs of a node', () => {
  test('are served for containers that run, and refused for those that have none yet', async () => {
    node.client.seed(talker());
    await node.start();
    await node.until(() => node.status('web', 'init')?.state?.running !== undefined, 'init runs');
    expect(await answer('/containerLogs/default/web/main')).toBe('400 container "main" in pod "web" is waiting to start: PodInitializing');
    await node.clock.advanceAndSettle(5_000);
    await node.untilRunning('web');
    expect(await answer('/containerLogs/default/web/main')).toBe('200 one\ntwo\n');
    expect(await answer('/containerLogs/default/web/main', 'tailLines=0')).toBe('200 ');
    expect(await answer('/containerLogs/default/web/main', 'tailLines=1&timestamps=true')).toBe('200 2026-01-01T00:00:05.000000000Z two\n');
    expect(await answer('/containerLogs/default/web/main', 'previous=true')).toBe('400 previous terminated container "main" in pod "web" not found');
    expect(await answer('/containerLogs/default/web/other')).toBe('404 container "other" not found in pod "web"\n');
    expect(await answer('/nothing')).toBe('404 404 page not found\n');
    expect(await answer('/containerLogs/default/web/main', '', 'POST')).toBe('404 404 page not found\n');
  });

  test('are followed until the container ends', async () => {
    node.client.seed(talker());
    await node.start();
    await node.until(() => node.status('web', 'init')?.state?.running !== undefined, 'init runs');
    await node.clock.advanceAndSettle(5_000);
    await node.untilRunning('web');
    const stream = await open('/containerLogs/default/web/main', 'follow=true');
    const following = text(stream);
    await node.crash('main', 0);
    expect(await following).toBe('one\ntwo\n');
  });

  test('are not followed any more when the reader has gone', async () => {
    const signals: AbortSignal[] = [];
    const logs = (id: string, options: LogOptions, signal: AbortSignal) => {
      signals.push(signal);
      return node.runtime.logs(id, options, signal);
    };
    node.client.seed(testPod('web'));
    await node.start({ runtime: { ...node.runtime, logs } });
    await node.untilRunning('web');
    const stream = await open('/containerLogs/default/web/main', 'follow=true');
    stream.cancel('the reader has gone');
    await node.until(() => signals[0]?.aborted, 'the end of following');
  });

  test('break when the kubelet stops', async () => {
    node.client.seed(testPod('web'));
    await node.start();
    await node.untilRunning('web');
    const stream = await open('/containerLogs/default/web/main', 'follow=true');
    const following = text(stream).catch((error: unknown) => String(error));
    await node.kill();
    expect(await following).toContain('the kubelet stops');
  });
});
