import type { ApiTransport } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../../test-api.suite.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const MAPS = '/api/v1/namespaces/default/configmaps';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

let test: TestApi;
let alice: ApiTransport;
let bob: ApiTransport;
beforeAll(async () => {
  test = await startTestApi();
  [alice, bob] = await Promise.all([test.transportFor('alice', []), test.transportFor('bob', [])]);
  await give('alice', [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['own'], verbs: ['*'] }, { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['own'], verbs: ['update', 'create'] }]);
  await give('bob', [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'update', 'patch'] }]);
});
afterAll(() => test.stop());

async function give(user: string, rules: object[]): Promise<void> {
  await test.call('POST', `${RBAC}/roles`, { metadata: { name: user }, rules });
  await test.call('POST', `${RBAC}/rolebindings`, { metadata: { name: user }, roleRef: { kind: 'Role', name: user }, subjects: [{ kind: 'User', name: user }] });
}
const as = (transport: ApiTransport) => (method: string, path: string, body?: unknown): Promise<TestAnswer> => test.call(method, path, body, {}, transport);

describe('a permission for one name', () => {
  const selected = `${MAPS}?fieldSelector=metadata.name%3Down`;

  it('lists that name, and creates nothing by naming it in a selector', async () => {
    const send = as(alice);
    expect([(await send('GET', selected)).status, (await send('GET', MAPS)).status]).toEqual([200, 403]);
    expect((await send('POST', selected, { metadata: { name: 'other' } })).status).toBe(403);
    expect((await send('DELETE', selected)).status).toBe(403);
  });

  it('creates no object of another name by a PUT', async () => {
    const refused = await as(alice)('PUT', `${LEASES}/own`, { metadata: { name: 'other' }, spec: {} });
    expect([refused.status, refused.body.message]).toEqual([400, 'the name of the object (other) does not match the name on the URL (own)']);
    expect((await test.call('GET', `${LEASES}/other`)).status).toBe(404);
    expect((await as(alice)('PUT', `${LEASES}/own`, { metadata: { name: 'own' }, spec: {} })).status).toBe(201);
  });
});

describe('a PUT that would create', () => {
  it('needs the permission to create', async () => {
    const { status, body } = await as(bob)('PUT', `${LEASES}/new`, { metadata: { name: 'new' }, spec: {} });
    expect([status, body.message]).toEqual([403, 'leases.coordination.k8s.io "new" is forbidden: User "bob" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "default"']);
    expect((await test.call('GET', `${LEASES}/new`)).status).toBe(404);
  });
});

describe('a role in a namespace', () => {
  it('is asked about the namespace itself too', async () => {
    await give('carol', [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }]);
    const send = as(await test.transportFor('carol', []));
    expect((await send('GET', '/api/v1/namespaces/default')).status).toBe(200);
    expect((await send('GET', '/api/v1/namespaces/kube-system')).body.message).toBe('namespaces "kube-system" is forbidden: User "carol" cannot get resource "namespaces" in API group "" in the namespace "kube-system"');
    expect((await send('GET', '/api/v1/namespaces')).body.message).toBe('namespaces is forbidden: User "carol" cannot list resource "namespaces" in API group "" at the cluster scope');
    expect((await send('DELETE', '/api/v1/namespaces/default')).status).toBe(403);
  });
});
