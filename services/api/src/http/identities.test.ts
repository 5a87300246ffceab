import { createBusTransport } from '@gantry/client';
import type { ApiTransport } from '@gantry/client';
import { createAuthority } from '@gantry/platform/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestApi } from '../test-api.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

const status = async (transport: ApiTransport, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<number> => (await test.call(method, path, body, headers, transport)).status;

describe('over TLS', () => {
  it('nobody in particular sees health and version, and is asked who it is for the rest', async () => {
    const anonymous = test.anonymous();
    for (const path of ['/livez', '/readyz', '/healthz', '/version', '/readyz/etcd']) expect([path, await status(anonymous, 'GET', path)]).toEqual([path, 200]);
    for (const path of ['/api', '/apis', '/openapi/v2', '/api/v1/namespaces', '/metrics', '/']) expect([path, await status(anonymous, 'GET', path)]).toEqual([path, 401]);
    expect((await test.call('GET', '/api/v1/pods', undefined, {}, anonymous)).body).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 });
  });

  it('a token is no credential, nor are headers of a front proxy', async () => {
    const anonymous = test.anonymous();
    expect(await status(anonymous, 'GET', '/livez', undefined, { authorization: 'Bearer x' })).toBe(401);
    expect(await status(anonymous, 'GET', '/api/v1/pods', undefined, { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' })).toBe(401);
  });

  it('a certificate of another authority, or one for servers, proves nothing', async () => {
    const stranger = await test.transportFor('admin', ['system:masters'], await createAuthority('test-ca', 1, Date.now()));
    expect(await status(stranger, 'GET', '/api/v1/pods')).toBe(401);
    const server = await test.transportFor('admin', ['system:masters'], undefined, 'server');
    expect(await status(server, 'GET', '/api/v1/pods')).toBe(401);
  });

  it('somebody without permissions sees what there is, and is refused it by name', async () => {
    const mallory = await test.transportFor('mallory', ['dev']);
    expect(await status(mallory, 'GET', '/api')).toBe(200);
    const { status: code, body } = await test.call('GET', '/api/v1/namespaces/default/pods', undefined, {}, mallory);
    expect([code, body.reason, body.message]).toEqual([403, 'Forbidden', 'pods is forbidden: User "mallory" cannot list resource "pods" in API group "" in the namespace "default"']);
    expect((await test.call('GET', '/metrics', undefined, {}, mallory)).body.message).toBe('forbidden: User "mallory" cannot get path "/metrics"');
  });
});

describe('a node', () => {
  let node: ApiTransport;
  beforeAll(async () => {
    node = await test.transportFor('system:node:n1', ['system:nodes']);
    for (const name of ['n1', 'n2']) await test.call('POST', '/api/v1/nodes', { metadata: { name } });
    for (const name of ['n1', 'n2']) {
      await test.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: `on-${name}` }, spec: { containers: [{ name: 'c', image: 'i' }] } });
      await test.call('POST', `/api/v1/namespaces/default/pods/on-${name}/binding`, { target: { kind: 'Node', name } });
    }
  });
  const merge = { 'content-type': 'application/merge-patch+json' };
  const running = { status: { phase: 'Running' } };

  it('reports its own state and that of its own pods', async () => {
    expect(await status(node, 'PATCH', '/api/v1/nodes/n1/status', { status: {} }, merge)).toBe(200);
    expect(await status(node, 'PATCH', '/api/v1/namespaces/default/pods/on-n1/status', running, merge)).toBe(200);
    expect(await status(node, 'POST', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', { metadata: { name: 'n1' }, spec: { holderIdentity: 'n1' } })).toBe(201);
    expect(await status(node, 'GET', '/api/v1/nodes?fieldSelector=metadata.name%3Dn1')).toBe(200);
  });

  it.each([
    ['PATCH', '/api/v1/nodes/n2/status', { status: {} }],
    ['GET', `/api/v1/namespaces/default/secrets?fieldSelector=${encodeURIComponent('metadata.name!=x\\,metadata.name=n1')}`, undefined],
    ['PATCH', '/api/v1/namespaces/default/pods/on-n2/status', running],
    ['DELETE', '/api/v1/namespaces/default/pods/on-n2', undefined],
    ['POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'i' }] } }],
    ['POST', '/api/v1/nodes', { metadata: { name: 'n3' } }],
    ['POST', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', { metadata: { name: 'n2' }, spec: {} }],
    ['GET', '/api/v1/secrets', undefined],
    ['POST', '/api/v1/namespaces/default/pods/on-n1/binding', { target: { kind: 'Node', name: 'n1' } }],
  ])('may not %s %s', async (method, path, body) => {
    expect(await status(node, method, path, body, method === 'PATCH' ? merge : {})).toBe(403);
  });
});

describe('over the bus', () => {
  const over = (subject: string): ApiTransport => createBusTransport({ bus: test.bus, subjectPrefix: subject });

  it('the subject says who asks', async () => {
    expect(await status(over('api.component.cluster'), 'GET', '/api/v1/secrets')).toBe(200);
    expect(await status(over('api.component.scheduler'), 'GET', '/api/v1/pods')).toBe(200);
    expect((await test.call('GET', '/api/v1/secrets', undefined, {}, over('api.component.scheduler'))).body.message).toMatch(/^secrets is forbidden: User "system:kube-scheduler" cannot list/);
    expect((await test.call('GET', '/api/v1/secrets', undefined, {}, over('api.node.n1'))).body.message).toMatch(/User "system:node:n1" cannot list/);
    expect(await status(over('api.component.nobody'), 'GET', '/api/v1/pods')).toBe(401);
  });

  it('a watch flows, and ends when its reader leaves', async () => {
    const answer = await over('api.component.cluster').stream({ method: 'GET', path: '/api/v1/namespaces', query: 'watch=1', headers: {} });
    for await (const chunk of answer.body) {
      expect(Buffer.from(chunk).toString()).toMatch(/^\{"type":"ADDED","object":\{"kind":"Namespace"/);
      break;
    }
  });
});

describe('every answer', () => {
  it('carries an audit id, the client\'s own when it brings one', async () => {
    expect((await test.call('GET', '/api/v1/pods', undefined, { 'audit-id': 'mine' })).headers['audit-id']).toBe('mine');
    expect((await test.call('GET', '/nowhere')).headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});
