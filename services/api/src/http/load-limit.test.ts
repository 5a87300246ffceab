import { Deferred } from '@gantry/async';
import type { Storage } from '@gantry/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';
import { WatchReader } from '../watch-reader.suite.js';
import { authenticated, MASTERS_GROUP, nodeIdentity } from './authz/identity.js';
import { isVital } from './authz/vital-requests.js';
import { LoadLimit } from './load-limit.js';

const attributes = (verb: string, resource = 'configmaps', subresource = '', group = ''): Parameters<LoadLimit['enter']>[1] => ({ verb, group, resource, subresource, namespace: 'n', name: 'x' });
const someone = authenticated('someone', []);

describe('the limit of requests in flight', () => {
  it('counts reads and writes apart, and a place that is left is free', () => {
    const limit = new LoadLimit({ maxReadsInFlight: 1, maxWritesInFlight: 1 }, isVital);
    const leave = limit.enter(someone, attributes('get'));
    expect([limit.enter(someone, attributes('list')), limit.enter(someone, attributes('update')) !== undefined]).toEqual([undefined, true]);
    leave?.();
    expect(limit.enter(someone, attributes('list'))).toBeDefined();
  });

  it.each([
    ['an administrator', authenticated('a', [MASTERS_GROUP]), attributes('update')],
    ['the heartbeat of a node', nodeIdentity('n'), attributes('update', 'leases', '', 'coordination.k8s.io')],
    ['the status of a node', nodeIdentity('n'), attributes('patch', 'nodes', 'status')],
    ['the lease of a leader', authenticated('system:kube-scheduler', []), attributes('update', 'leases', '', 'coordination.k8s.io')],
  ])('does not hold for %s', (_who, identity, wanted) => {
    const limit = new LoadLimit({ maxReadsInFlight: 1, maxWritesInFlight: 1 }, isVital);
    limit.enter(someone, attributes('update'));
    expect(limit.enter(identity, wanted)).toBeDefined();
  });

  it('has no bound where it is 0', () => {
    const limit = new LoadLimit({ maxReadsInFlight: 0, maxWritesInFlight: 0 }, isVital);
    expect(Array.from({ length: 1_000 }, () => limit.enter(someone, attributes('get'))).includes(undefined)).toBe(false);
  });
});

describe('a server with all it can do in flight', () => {
  let test: TestApi;
  afterEach(() => test.stop());
  const path = '/api/v1/namespaces/default/configmaps';

  it('answers 429 with the time to come back, but streams and administrators', async () => {
    const gate = new Deferred<void>();
    const wrap = (storage: Storage): Storage => new Proxy(storage, { get: (target, name) => (name === 'get' ? (...args: Parameters<Storage['get']>) => gate.promise.then(() => target.get(...args)) : Reflect.get(target, name).bind(target)) });
    test = await startTestApi({ wrap, limits: { maxReadsInFlight: 1, maxWritesInFlight: 1 } });
    await test.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { metadata: { name: 'u' }, roleRef: { kind: 'ClusterRole', name: 'cluster-admin', apiGroup: 'rbac.authorization.k8s.io' }, subjects: [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }] });
    const user = await test.transportFor('u', []);
    const watches = await Promise.all([1, 2, 3].map(() => WatchReader.open(user, path)));
    const held = test.call('DELETE', `${path}/none`, undefined, {}, user);
    await test.call('GET', '/livez');
    const refused = await test.call('DELETE', `${path}/none`, undefined, {}, user);
    expect([refused.status, refused.headers['retry-after'], refused.headers['content-type'], String(Buffer.from(refused.body))]).toEqual([429, '1', 'text/plain; charset=utf-8', 'Too many requests, please try again later.\n']);
    expect((await test.call('GET', path, undefined, {}, user)).status).toBe(200);
    expect((await test.call('POST', path, { metadata: { name: 'a' } })).status).toBe(201);
    gate.resolve();
    expect((await held).status).toBe(404);
    expect((await test.call('DELETE', `${path}/none`, undefined, {}, user)).status).toBe(404);
    for (const watch of watches) watch.close();
  });
});
