import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { silentLogger } from '@gantry/async';
import { createMemoryBus } from '@gantry/bus';
import type { MemoryBus } from '@gantry/bus';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApiTunnel } from './api-tunnel.js';
import type { ApiTunnel } from './api-tunnel.js';

describe("a node's way to the API", () => {
  let bus: MemoryBus;
  let tunnel: ApiTunnel;
  beforeEach(async () => {
    bus = createMemoryBus();
    tunnel = await startApiTunnel({ bus, nodeName: 'node.1', address: '127.0.0.1', port: 0, logger: silentLogger });
  });
  afterEach(async () => {
    await tunnel.stop();
    await bus.close();
  });

  it('carries bytes to whoever takes the streams of the node, and the answer back', async () => {
    bus.acceptStreams('api.node.node=2E1.tunnel', async (stream) => {
      stream.accept();
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream.readable) chunks.push(chunk);
      await stream.write(Buffer.from(`got ${Buffer.concat(chunks).toString()}`));
      await stream.end();
    });
    const socket = connect(tunnel.port, '127.0.0.1');
    socket.end('a question');
    expect(await text(socket)).toBe('got a question');
  });

  it('refuses a connection while no api is there', async () => {
    const socket = connect(tunnel.port, '127.0.0.1');
    await expect(text(socket)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('has room for others when one opens more connections than it may', async () => {
    bus.acceptStreams('api.node.node=2E1.tunnel', async (stream) => {
      stream.accept();
      await stream.write(Buffer.from('hello'));
    });
    const ask = (localAddress: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ port: tunnel.port, host: '127.0.0.1', localAddress });
        socket.once('data', () => resolve('served')).once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
      });
    const greedy = await Promise.all(Array.from({ length: 130 }, () => ask('127.0.0.2')));
    expect(greedy.filter((answer) => answer === 'served').length).toBe(128);
    expect(greedy.filter((answer) => answer === 'ECONNRESET').length).toBe(2);
    expect(await ask('127.0.0.3')).toBe('served');
  });

  it('breaks what is open when it stops', async () => {
    bus.acceptStreams('api.node.node=2E1.tunnel', async (stream) => {
      stream.accept();
      await stream.write(Buffer.from('hello'));
    });
    const socket = connect(tunnel.port, '127.0.0.1');
    await once(socket, 'data');
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    socket.resume();
    await tunnel.stop();
    await closed;
  });
});
