import { createMetrics } from '@gantry/platform/metrics';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KubectlRunner, kubectls } from '../kubectl.suite.js';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string) => ({ metadata: { name } });

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi({ metrics: createMetrics() });
});
afterAll(() => test.stop());

async function lines(): Promise<string[]> {
  const { status, headers, body } = await test.call('GET', '/metrics');
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  return Buffer.from(body as Uint8Array).toString().split('\n');
}

describe('the measures of requests', () => {
  it('count each by what it wants, what for and how it ended', async () => {
    await test.call('POST', maps, map('a'));
    await test.call('POST', maps, map('a'));
    await test.call('POST', `${maps}?dryRun=All`, map('b'));
    await test.call('GET', `${maps}/a`);
    await test.call('GET', '/api/v1/configmaps');
    await test.call('DELETE', maps);
    await test.call('GET', '/api/v1/nothing');
    const core = 'group="",version="v1",resource="configmaps",subresource=""';
    expect(await lines()).toEqual(
      expect.arrayContaining([
        `apiserver_request_total{verb="POST",dry_run="",${core},scope="resource",component="apiserver",code="201"} 1`,
        `apiserver_request_total{verb="POST",dry_run="",${core},scope="resource",component="apiserver",code="409"} 1`,
        `apiserver_request_total{verb="POST",dry_run="All",${core},scope="resource",component="apiserver",code="201"} 1`,
        `apiserver_request_total{verb="GET",dry_run="",${core},scope="resource",component="apiserver",code="200"} 1`,
        `apiserver_request_total{verb="LIST",dry_run="",${core},scope="cluster",component="apiserver",code="200"} 1`,
        `apiserver_request_total{verb="DELETECOLLECTION",dry_run="",${core},scope="namespace",component="apiserver",code="200"} 1`,
        'apiserver_request_total{verb="GET",dry_run="",group="",version="",resource="",subresource="",scope="",component="apiserver",code="404"} 1',
        `apiserver_request_duration_seconds_count{verb="POST",${core},scope="resource",component="apiserver",dry_run=""} 2`,
        `apiserver_request_sli_duration_seconds_count{verb="POST",${core},scope="resource",component="apiserver"} 2`,
        `apiserver_request_sli_duration_seconds_bucket{le="+Inf",verb="LIST",${core},scope="cluster",component="apiserver"} 1`,
        `apiserver_response_sizes_count{verb="LIST",${core},scope="cluster",component="apiserver"} 1`,
        'apiserver_current_inflight_requests{request_kind="readOnly"} 1',
        'apiserver_current_inflight_requests{request_kind="mutating"} 0',
      ]),
    );
  });

  it('count who is not known and who may not', async () => {
    const count = async (start: string): Promise<number> => Number((await lines()).find((line) => line.startsWith(start))?.split(' ').at(-1));
    const [failed, denied] = [await count('authentication_attempts{result="failure"}'), await count('authorization_attempts_total{result="denied"}')];
    await test.call('GET', maps, undefined, { authorization: 'Bearer x' }, test.anonymous());
    await test.call('GET', maps, undefined, {}, await test.transportFor('nobody', []));
    expect([await count('authentication_attempts{result="failure"}'), await count('authorization_attempts_total{result="denied"}')]).toEqual([failed + 1, denied + 1]);
  });

  it('count a watch while it flows, what it was told, and its end', async () => {
    const own = 'group="",version="v1",resource="secrets",subresource="",scope="namespace",component="apiserver"';
    const client = new AbortController();
    const watch = await test.admin.stream({ method: 'GET', path: '/api/v1/namespaces/default/secrets', query: 'watch=true', headers: {}, signal: client.signal });
    await test.call('POST', '/api/v1/namespaces/default/secrets', map('s'));
    for await (const chunk of watch.body) {
      expect(Buffer.from(chunk).toString()).toContain('ADDED');
      break;
    }
    const during = await lines();
    expect(during).toContain(`apiserver_longrunning_requests{verb="WATCH",${own}} 1`);
    expect(during).toContain('apiserver_watch_events_total{group="",version="v1",resource="secrets"} 1');
    client.abort();
    await vi.waitFor(async () => expect(await lines()).toContain(`apiserver_longrunning_requests{verb="WATCH",${own}} 0`));
    expect(await lines()).toContain('apiserver_request_total{verb="WATCH",dry_run="",group="",version="v1",resource="secrets",subresource="",scope="namespace",component="apiserver",code="200"} 1');
  });

  it('tell of caches and of the store', async () => {
    const { metadata } = (await test.call('GET', '/api/v1/namespaces')).body as { metadata: { resourceVersion: string } };
    const all = await lines();
    expect(all).toContain(`apiserver_watch_cache_resource_version{group="",resource="configmaps"} ${metadata.resourceVersion}`);
    expect(all).toContain('apiserver_resource_objects{group="",resource="secrets"} 1');
    expect(all).toContain('apiserver_storage_objects{resource="clusterroles.rbac.authorization.k8s.io"} ' + String((await test.call('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles')).body.items.length));
    expect(all.find((line) => line.startsWith('gantry_storage_request_duration_seconds_count{operation="write"}'))).toMatch(/ [1-9]\d*$/);
  });
});

it('tell beside of what the server is ready by', async () => {
  const { body } = await test.call('GET', '/metrics/slis');
  expect(Buffer.from(body as Uint8Array).toString().split('\n')).toContain('kubernetes_healthcheck{name="informer-sync",type="readyz"} 1');
});

describe('who may read them', () => {
  it.each([
    ['anybody', [], 403],
    ['a monitor', ['system:monitoring'], 200],
  ])('%s', async (user, groups, status) => {
    expect((await test.call('GET', '/metrics', undefined, {}, await test.transportFor(user, groups))).status).toBe(status);
  });
});

/** Names and labels are an interface: dashboards and rules stand on them. */
it('has these names with these labels', async () => {
  const named = (await lines()).filter((line) => /^(apiserver|authenti|authori|gantry)/.test(line) && !/_(bucket|sum)\{/.test(line));
  const labels = new Set(named.map((line) => line.replace(/="(?:[^"\\]|\\.)*"/g, '').replace(/ .*$/, '')));
  expect([...labels].sort()).toEqual([
    'apiserver_current_inflight_requests{request_kind}',
    'apiserver_longrunning_requests{verb,group,version,resource,subresource,scope,component}',
    'apiserver_request_duration_seconds_count{verb,group,version,resource,subresource,scope,component,dry_run}',
    'apiserver_request_sli_duration_seconds_count{verb,group,version,resource,subresource,scope,component}',
    'apiserver_request_total{verb,dry_run,group,version,resource,subresource,scope,component,code}',
    'apiserver_resource_objects{group,resource}',
    'apiserver_response_sizes_count{verb,group,version,resource,subresource,scope,component}',
    'apiserver_storage_consistency_checks_total{group,resource,status}',
    'apiserver_storage_objects{resource}',
    'apiserver_terminated_watchers_total{group,resource}',
    'apiserver_tls_handshake_errors_total',
    'apiserver_watch_cache_capacity{group,resource}',
    'apiserver_watch_cache_events_received_total{group,resource}',
    'apiserver_watch_cache_resource_version{group,resource}',
    'apiserver_watch_events_total{group,version,resource}',
    'authentication_attempts{result}',
    'authorization_attempts_total{result}',
    'gantry_storage_request_duration_seconds_count{operation}',
    'gantry_storage_request_errors_total{operation}',
  ]);
});

for (const { version, path } of kubectls(['1.27', '1.33'])) {
  describe.skipIf(path === undefined)(`kubectl ${version}${path === undefined ? ', which is not beside the kubectl on the PATH of this machine' : ''}`, () => {
    it('shows them', async () => {
      expect(await new KubectlRunner(path!, test.kubeconfig, 'default').run('get', '--raw', '/metrics')).toContain('# TYPE apiserver_request_total counter\n');
    });
  });
}
