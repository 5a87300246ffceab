import type { Subscription } from '@gantry/bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubectlRunner, kubectls } from '../../kubectl.suite.js';
import { startTestApi } from '../../test-api.suite.js';
import type { TestApi } from '../../test-api.suite.js';

let test: TestApi;
let kubelet: Subscription;
const asked: string[] = [];
beforeAll(async () => {
  test = await startTestApi();
  await test.call('POST', '/api/v1/nodes', { metadata: { name: 'n1' } });
  await test.call('POST', '/api/v1/nodes', { metadata: { name: 'gone' } });
  kubelet = test.bus.acceptStreams('node.n1.stream', async (stream) => {
    const { method, path, query } = stream.headers;
    asked.push(`${method} ${path} ${query}`);
    const isThere = path !== '/nowhere';
    stream.accept({ status: isThere ? '200' : '404', 'content-type': 'text/plain; version=0.0.4' });
    await stream.write(Buffer.from(isThere ? 'kubelet_running_pods 3\n' : '404 page not found\n'));
    await stream.end();
  });
});
afterAll(async () => {
  await kubelet.close();
  await test.stop();
});

const at = (path: string, node = 'n1'): string => `/api/v1/nodes/${node}/proxy${path}`;
const text = (body: unknown): string => Buffer.from(body as Uint8Array).toString();

describe('the proxy of a node', () => {
  it('shows what its kubelet shows, under the path and with the query that were asked for', async () => {
    const { status, headers, body } = await test.call('GET', at('/metrics/cadvisor?x=a%20b'));
    expect([status, headers['content-type'], text(body), asked.at(-1)]).toEqual([200, 'text/plain; version=0.0.4', 'kubelet_running_pods 3\n', 'GET /metrics/cadvisor x=a%20b']);
    expect((await test.call('GET', at('/'))).status).toBe(200);
    expect(asked.at(-1)).toBe('GET / ');
    expect((await test.call('DELETE', at('/a//b%2Fc/'))).status).toBe(200);
    expect(asked.at(-1)).toBe('DELETE /a//b%2Fc/ ');
    expect(await test.call('GET', at('?x=1'))).toMatchObject({ status: 301, headers: { location: `${at('')}/?x=1` } });
    expect(await test.call('HEAD', at('/metrics'))).toMatchObject({ status: 200, body: { length: 0 } });
  });

  it('passes the kubelet\'s refusals on as they are', async () => {
    const { status, body } = await test.call('GET', at('/nowhere'));
    expect([status, text(body)]).toEqual([404, '404 page not found\n']);
  });

  it('is of nodes that are there, and whose kubelet answers', async () => {
    expect((await test.call('GET', at('/metrics', 'other'))).body).toMatchObject({ code: 404, message: 'nodes "other" not found' });
    expect((await test.call('GET', at('/metrics', 'gone'))).status).toBe(503);
    expect((await test.call('GET', at('/metrics', 'n1:10250'))).status).toBe(200);
    expect((await test.call('GET', at('/metrics', 'n1:22'))).body).toMatchObject({ code: 400, message: 'only the kubelet of node "n1" can be reached, on port 10250' });
    expect((await test.call('GET', '/api/v1/nodes/n1/status/metrics')).status).toBe(404);
  });

  it('is listed', async () => {
    const { resources } = (await test.call('GET', '/api/v1')).body as { resources: { name: string }[] };
    expect(resources.find(({ name }) => name === 'nodes/proxy')).toEqual({ name: 'nodes/proxy', singularName: '', namespaced: false, kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] });
  });
});

describe('who may see what of a kubelet', () => {
  it.each([
    ['gantry:prometheus', ['system:monitoring'], '/metrics', 200],
    ['gantry:prometheus', ['system:monitoring'], '/metrics/cadvisor', 200],
    ['gantry:prometheus', ['system:monitoring'], '/stats/summary', 403],
    ['gantry:prometheus', ['system:monitoring'], '/containerLogs/default/p/c', 403],
    ['gantry:prometheus', ['system:monitoring'], '/metrics%2f..%2fcontainerLogs/default/p/c', 403],
    ['someone', ['system:monitoring'], '/metrics', 403],
    ['someone', [], '/healthz', 403],
  ])('%s of %j at %s', async (user, groups, path, status) => {
    expect((await test.call('GET', at(path), undefined, {}, await test.transportFor(user, groups))).status).toBe(status);
  });

  it('is said as upstream says it', async () => {
    const { body } = await test.call('GET', at('/metrics'), undefined, {}, await test.transportFor('someone', []));
    expect(body.message).toContain('User "someone" cannot get resource "nodes/proxy" in API group "" at the cluster scope');
  });
});

for (const { version, path } of kubectls(['1.27', '1.33'])) {
  describe.skipIf(path === undefined)(`kubectl ${version}${path === undefined ? ', which is not beside the kubectl on the PATH of this machine' : ''}`, () => {
    it('reads it', async () => {
      expect(await new KubectlRunner(path!, test.kubeconfig, 'default').run('get', '--raw', at('/metrics'))).toBe('kubelet_running_pods 3\n');
    });
  });
}
