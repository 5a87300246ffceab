import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePort, onFreePort } from './port.js';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as { port: number }).port;
}

describe('the port of the API', () => {
  it('is the one that was named, or the start is refused', async () => {
    const taken = await listen(0);
    await expect(choosePort(taken, undefined)).rejects.toThrow(`port ${taken} on 127.0.0.1 is taken by another program`);
  });

  it('is the remembered one while that is free', async () => {
    const free = await listen(0);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await choosePort(undefined, free)).toBe(free);
  });

  it('is another one when a second start took it between the look and the listening', async () => {
    const first = await choosePort(undefined, undefined);
    await listen(first);
    expect(await onFreePort(first, false, listen)).toBeGreaterThan(first);
  });

  it('stays the named one also then: the start is refused', async () => {
    const taken = await listen(0);
    await expect(onFreePort(taken, true, listen)).rejects.toThrow('is taken by another program');
  });
});
