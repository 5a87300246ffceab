import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@gantry/async';
import { afterEach, describe, expect, test } from 'vitest';
import { HealthChecks } from './health-checks.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('health checks for load balancers', () => {
  const checks = new HealthChecks(['127.0.0.1'], silentLogger);
  afterEach(() => checks.stop());
  const ask = async (port: number) => {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: 'close' } });
    return { status: response.status, body: await response.json() };
  };

  test('say whether the node has endpoints, as these come and go', async () => {
    const check = { namespace: 'default', name: 'web', port: await freePort() };
    await checks.serve([{ ...check, localEndpoints: 2 }]);
    expect(await ask(check.port)).toEqual({ status: 200, body: { service: { namespace: 'default', name: 'web' }, localEndpoints: 2, serviceProxyHealthy: true } });
    await checks.serve([{ ...check, localEndpoints: 0 }]);
    expect(await ask(check.port)).toMatchObject({ status: 503, body: { localEndpoints: 0 } });
  });

  test('follow another port, and end with the Service', async () => {
    const [first, second] = [await freePort(), await freePort()];
    await checks.serve([{ namespace: 'default', name: 'web', port: first, localEndpoints: 1 }]);
    await checks.serve([{ namespace: 'default', name: 'web', port: second, localEndpoints: 1 }]);
    expect(await ask(second)).toMatchObject({ status: 200 });
    await expect(ask(first)).rejects.toThrow();
    await checks.serve([]);
    await expect(ask(second)).rejects.toThrow();
  });

  test('leave the others served where a port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const free = await freePort();
    await checks.serve([{ namespace: 'default', name: 'a', port, localEndpoints: 1 }, { namespace: 'default', name: 'b', port: free, localEndpoints: 1 }]);
    expect(await ask(free)).toMatchObject({ status: 200 });
    await new Promise((resolve) => holder.close(resolve));
  });
});
