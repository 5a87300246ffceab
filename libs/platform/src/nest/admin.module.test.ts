import { silentLogger } from '@gantry/async';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../metrics/index.js';
import { AdminModule, startHttpService } from './http.js';

let metrics: Metrics;
let problem: string | undefined;
let server: Awaited<ReturnType<typeof startHttpService>>;
beforeEach(async () => {
  metrics = createMetrics();
  problem = undefined;
  const checks = [{ name: 'ping', check: () => undefined }, { name: 'bus', check: () => problem }];
  server = await startHttpService(AdminModule.register({ metrics, checks: () => checks }), 0, silentLogger);
});
afterEach(() => server.close());

async function read(path: string): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { connection: 'close' } });
  return [response.status, await response.text()];
}

it('lives for as long as it answers', async () => {
  expect(await read('/livez')).toEqual([200, 'ok']);
});

it('is ready when every check is content, and says which one is not', async () => {
  expect(await read('/readyz')).toEqual([200, '[+]ping ok\n[+]bus ok\nreadyz check passed\n']);
  problem = 'no connection';
  expect(await read('/readyz')).toEqual([503, '[+]ping ok\n[-]bus failed: no connection\nreadyz check failed\n']);
});

it('shows its measures', async () => {
  metrics.counter({ name: 'things_total', help: 'Things.' }).add({});
  const [status, text] = await read('/metrics');
  expect([status, text.includes('things_total 1')]).toEqual([200, true]);
  expect(text).toContain('kubernetes_healthcheck{name="bus",type="readyz"} 1\n');
  problem = 'no connection';
  expect((await read('/metrics'))[1]).toContain('kubernetes_healthcheck{name="bus",type="readyz"} 0\n');
});
