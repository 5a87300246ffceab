import { once } from 'node:events';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let apis: TestApi[] = [];
afterEach(async () => {
  for (const api of apis.reverse()) await api.stop();
  apis = [];
});

const path = '/api/v1/namespaces/default/configmaps';

/** One request over the agent's connection; rejects as the connection does. */
function send(api: TestApi, agent: Agent, method: string, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const body = method === 'POST' ? JSON.stringify({ metadata: { name } }) : undefined;
    const outgoing = request({ host: '127.0.0.1', port: api.api.port, method, path, agent, ...api.adminTls, headers: { 'content-type': 'application/json' } }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('a replica that is stopped under load', () => {
  it('fails no request: clients in a loop go on with the other one', { timeout: 30_000 }, async () => {
    const first = await startTestApi({ limits: { shutdownDelayMs: 50 } });
    apis.push(first);
    const second = await startTestApi({ beside: first });
    apis.push(second);
    const outcomes: (number | string)[] = [];
    let isStopped = false;
    const client = async (id: number): Promise<void> => {
      let api = first;
      let agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let i = 0; !isStopped || i < 50; i++) {
        try {
          outcomes.push(await send(api, agent, i % 2 === 0 ? 'POST' : 'GET', `c${String(id)}-${String(i)}`));
        } catch (error) {
          const { code = '' } = error as { code?: string };
          if (code !== 'ECONNREFUSED') outcomes.push(code);
          agent.destroy();
          api = second;
          agent = new Agent({ keepAlive: true, maxSockets: 1 });
        }
      }
      agent.destroy();
      expect(api).toBe(second);
    };
    const clients = Array.from({ length: 6 }, (_, id) => client(id));
    while (outcomes.length < 60) await new Promise((resolve) => setImmediate(resolve));
    await first.api.stop();
    isStopped = true;
    await Promise.all(clients);
    expect([...new Set(outcomes)].sort()).toEqual([200, 201]);
  });

  it('says so in /readyz before it stops serving, and ends connections of HTTP/2 with GOAWAY', async () => {
    const api = await startTestApi({ limits: { shutdownDelayMs: 300 } });
    apis.push(api);
    const session = connect(`https://127.0.0.1:${String(api.api.port)}`, api.adminTls);
    await once(session, 'connect');
    const away = once(session, 'goaway');
    const stopping = api.api.stop();
    const ready = await api.call('GET', '/readyz');
    expect([ready.status, String(Buffer.from(ready.body))]).toEqual([500, '[+]ping ok\n[+]etcd ok\n[+]informer-sync ok\n[-]shutdown failed: reason withheld\nreadyz check failed\n']);
    expect((await api.call('POST', path, { metadata: { name: 'late' } })).status).toBe(201);
    expect((await away)[0]).toBe(0);
    session.close();
    await stopping;
  });
});

describe('checks of health', () => {
  it.each([
    ['/livez', 'ok'],
    ['/livez?verbose', '[+]ping ok\nlivez check passed\n'],
    ['/readyz?verbose&exclude=etcd', '[+]ping ok\n[+]etcd excluded: ok\n[+]informer-sync ok\n[+]shutdown ok\nreadyz check passed\n'],
    ['/readyz?verbose&exclude=y&exclude=x', '[+]ping ok\n[+]etcd ok\n[+]informer-sync ok\n[+]shutdown ok\nwarn: some health checks cannot be excluded: no matches for "x","y"\nreadyz check passed\n'],
    ['/readyz/etcd', 'ok'],
    ['/healthz/ping', 'ok'],
  ])('%s', async (checkPath, text) => {
    const api = await startTestApi();
    apis.push(api);
    const { status, headers, body } = await api.call('GET', checkPath);
    expect([status, headers['content-type'], headers['x-content-type-options'], String(Buffer.from(body))]).toEqual([200, 'text/plain; charset=utf-8', 'nosniff', text]);
  });

  it('are 404 for those that there are none of', async () => {
    const api = await startTestApi();
    apis.push(api);
    expect((await api.call('GET', '/livez/nothing')).status).toBe(404);
  });
});
