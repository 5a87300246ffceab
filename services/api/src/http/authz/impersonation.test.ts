import type { ApiTransport } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../test-api.suite.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

let test: TestApi;
let mallory: ApiTransport;
beforeAll(async () => {
  test = await startTestApi();
  mallory = await test.transportFor('mallory', []);
  const rules = [
    { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['alice'] },
    { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['dev', 'ops'] },
    { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'] },
    { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['userextras/scopes'], resourceNames: ['view'] },
  ];
  await test.call('POST', `${RBAC}/clusterroles`, { metadata: { name: 'impersonator' }, rules });
  await test.call('POST', `${RBAC}/clusterrolebindings`, { metadata: { name: 'impersonator' }, roleRef: { kind: 'ClusterRole', name: 'impersonator' }, subjects: [{ kind: 'User', name: 'mallory' }] });
});
afterAll(() => test.stop());

const whoAmI = (headers: Record<string, string>, transport: ApiTransport = mallory): Promise<TestAnswer> => test.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, headers, transport);

describe('a request that is to be taken for another\'s', () => {
  it('is, with what is permitted', async () => {
    expect((await whoAmI({ 'impersonate-user': 'alice' })).body.status.userInfo).toEqual({ username: 'alice', groups: ['system:authenticated'] });
    expect((await whoAmI({ 'impersonate-user': 'alice', 'impersonate-group': 'dev, ops', 'impersonate-extra-scopes': 'view' })).body.status.userInfo).toEqual({ username: 'alice', groups: ['dev', 'ops', 'system:authenticated'], extra: { scopes: ['view'] } });
    expect((await whoAmI({ 'impersonate-user': 'system:serviceaccount:a:app' })).body.status.userInfo).toEqual({ username: 'system:serviceaccount:a:app', groups: ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated'] });
  });

  it('has the permissions of that other alone', async () => {
    const listed = await test.call('GET', '/api/v1/secrets', undefined, { 'impersonate-user': 'alice' }, test.admin);
    expect([listed.status, listed.body.message]).toEqual([403, 'secrets is forbidden: User "alice" cannot list resource "secrets" in API group "" at the cluster scope']);
  });

  it.each([
    [{ 'impersonate-user': 'bob' }, 'users "bob" is forbidden: User "mallory" cannot impersonate resource "users" in API group "" at the cluster scope'],
    [{ 'impersonate-user': 'alice', 'impersonate-group': 'system:masters' }, 'groups "system:masters" is forbidden: User "mallory" cannot impersonate resource "groups" in API group "" at the cluster scope'],
    [{ 'impersonate-user': 'alice', 'impersonate-group': 'dev,system:masters' }, 'groups "system:masters" is forbidden: User "mallory" cannot impersonate resource "groups" in API group "" at the cluster scope'],
    [{ 'impersonate-user': 'alice', 'impersonate-uid': '1' }, 'uids.authentication.k8s.io "1" is forbidden: User "mallory" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope'],
    [{ 'impersonate-user': 'alice', 'impersonate-extra-scopes': 'edit' }, 'userextras.authentication.k8s.io "edit" is forbidden: User "mallory" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope'],
    [{ 'impersonate-user': 'system:node:n1' }, 'users "system:node:n1" is forbidden: User "mallory" cannot impersonate resource "users" in API group "" at the cluster scope'],
  ])('is not, with %j', async (headers, message) => {
    const { status, body } = await whoAmI(headers as Record<string, string>);
    expect([status, body.message]).toEqual([403, message]);
  });

  it('is nobody\'s without a user, and not a stranger\'s', async () => {
    expect((await whoAmI({ 'impersonate-group': 'dev' })).status).toBe(500);
    expect((await whoAmI({ 'impersonate-user': 'alice' }, test.anonymous())).status).toBe(401);
  });
});
