import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../network/commands.js';
import { PodDialer } from './pod-dialer.js';

const reason = await run('nsenter', [`--net=/proc/${process.pid}/ns/net`, 'true']).then(() => undefined, () => 'the network of a process cannot be entered here');

describe.skipIf(reason !== undefined)(`a helper in a network namespace${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const dialer = new PodDialer();
  const target = { sandboxId: 's', pid: process.pid };
  let server: Server;
  beforeAll(async () => {
    // What speaks first, and answers what was said when the other has said all.
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.write('welcome ');
      void text(socket).then((said) => socket.end(`you said ${said}`));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    dialer.stop();
    await once(server.close(), 'close');
  });

  test('hands over connections that lose nothing, each with ends of its own', async () => {
    const { port } = server.address() as AddressInfo;
    const said = await Promise.all(['a', 'b', 'c'].map(async (word) => {
      const socket = await dialer.dial(target, port);
      const answer = text(socket);
      socket.end(word);
      return answer;
    }));
    expect(said).toEqual(['welcome you said a', 'welcome you said b', 'welcome you said c']);
  });

  test('says that nobody listens', async () => {
    const empty = createServer().listen(0, '127.0.0.1');
    await once(empty, 'listening');
    const { port } = empty.address() as AddressInfo;
    await once(empty.close(), 'close');
    await expect(dialer.dial(target, port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('says that a namespace is not there', async () => {
    await expect(dialer.dial({ sandboxId: 'gone', pid: 4_194_304 }, 80)).rejects.toThrow('the network of the pod cannot be entered');
  });
});
