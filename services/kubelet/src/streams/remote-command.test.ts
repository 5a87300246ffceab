import { encodeToken } from '@gantry/bus';
import type { ByteStream } from '@gantry/bus';
import { RuntimeError } from '@gantry/container-runtime';
import type { ContainerRuntime, ProcessStreams } from '@gantry/container-runtime';
import { CHANNELS, ChannelWriter, readChannels } from '@gantry/stream-protocols/channels';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testPod, TestNode } from '../kubelet-harness.suite.js';

let node: TestNode;
beforeEach(async () => {
  node = new TestNode();
  node.client.seed(testPod('web'));
});
afterEach(() => node.close());

async function running(exec: ContainerRuntime['exec']): Promise<void> {
  await node.start({ runtime: { ...node.runtime, exec } });
  await node.untilRunning('web');
}

function connect(path: string, query = ''): Promise<ByteStream> {
  return node.bus.openStream(`node.${encodeToken('n1')}.stream`, { headers: { method: 'CONNECT', path, query }, timeoutMs: 5_000 });
}

async function text(stream: ByteStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.readable) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What came on each channel. */
async function channels(stream: ByteStream): Promise<Record<number, string>> {
  const all: Record<number, string> = {};
  for await (const { channel, data } of readChannels(stream.readable)) all[channel] = (all[channel] ?? '') + Buffer.from(data).toString();
  return all;
}

async function read(streams: ProcessStreams): Promise<string> {
  let all = '';
  for await (const chunk of streams.stdin ?? []) all += Buffer.from(chunk).toString();
  return all;
}

describe('a command in a container', () => {
  test('has its input to the end, sizes of its terminal, its outputs, and an outcome', async () => {
    await running(async (_id, command, streams) => {
      const size = await streams.resize?.[Symbol.asyncIterator]().next();
      await streams.stdout?.(Buffer.from(`${command.join(' ')} ${await read(streams)} ${JSON.stringify(size?.value)}`));
      return { exitCode: 3 };
    });
    const stream = await connect('/exec/default/web/main', 'input=1&output=1&error=1&tty=1&command=a&command=b');
    const writer = new ChannelWriter((chunk) => stream.write(chunk));
    await writer.data(CHANNELS.resize, Buffer.from('{"Width":80,"Height":24}'));
    await writer.data(CHANNELS.stdin, Buffer.from('hello'));
    await writer.end(CHANNELS.stdin);
    const { [CHANNELS.stdout]: stdout, [CHANNELS.error]: outcome = '' } = await channels(stream);
    expect(stdout).toBe('a b hello {"width":80,"height":24}');
    expect(JSON.parse(outcome)).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } });
  });

  test('fails on the error channel where it could not be run', async () => {
    await running(() => Promise.reject(new RuntimeError('invalid', 'no such program')));
    const { [CHANNELS.error]: outcome = '' } = await channels(await connect('/exec/default/web/main', 'output=1&command=a'));
    expect(JSON.parse(outcome)).toMatchObject({ status: 'Failure', reason: 'InternalError', message: 'Internal error occurred: error executing command in container: no such program' });
  });

  test('is told to end when the api leaves', async () => {
    const signals: AbortSignal[] = [];
    await running((_id, _command, _streams, signal) => {
      signals.push(signal);
      return new Promise((_resolve, reject) => void signal.addEventListener('abort', () => reject(new Error('aborted'))));
    });
    const stream = await connect('/exec/default/web/main', 'output=1&command=a');
    stream.cancel('gone');
    await node.until(() => signals[0]?.aborted, 'the end of the command');
  });

  test.each([
    ['/exec/default/web/other', 'output=1&command=a', '500 container not found ("other")\n'],
    ['/exec/default/none/main', 'output=1&command=a', '404 pod does not exist\n'],
    ['/exec/default/web/main', 'command=a', '400 you must specify at least 1 of stdin, stdout, stderr\n'],
    ['/exec/default/web/main', 'output=1', '400 you must specify a command\n'],
    ['/exec/default/web', 'output=1', '404 404 page not found\n'],
    ['/toString/default/web', '', '404 404 page not found\n'],
    ['/portForward/default/web', 'port=80', '501 the pod has no processes that anything could be forwarded to\n'],
    ['/portForward/default/web', 'port=0', '400 port "0" is not a port'],
    ['/dial/default/web', 'port=80', '503 pod "web_default" has no address that could be dialled'],
  ])('%s?%s is refused', async (path, query, expected) => {
    await running(() => Promise.resolve({ exitCode: 0 }));
    const stream = await connect(path, query);
    expect(`${stream.headers['status']} ${await text(stream)}`).toBe(expected);
  });

  test('cannot be asked for by a method that the proxy of a node passes on', async () => {
    await running(() => Promise.resolve({ exitCode: 0 }));
    const stream = await node.bus.openStream(`node.${encodeToken('n1')}.stream`, { headers: { method: 'POST', path: '/exec/default/web/main', query: 'output=1&command=a' }, timeoutMs: 5_000 });
    expect(stream.headers['status']).toBe('404');
  });
});
