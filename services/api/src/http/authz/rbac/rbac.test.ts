import { generateKeyPairSync } from 'node:crypto';
import type { ApiTransport } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../../test-api.suite.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

let test: TestApi;
let alice: ApiTransport;
beforeAll(async () => {
  test = await startTestApi({ serviceAccounts: { issuer: 'https://issuer', keys: [privateKey] } });
  alice = await test.transportFor('alice', ['dev']);
  for (const name of ['a', 'b']) await create('/api/v1/namespaces', { metadata: { name } });
});
afterAll(() => test.stop());

async function create(path: string, body: object): Promise<TestAnswer> {
  const answer = await test.call('POST', path, body);
  expect([answer.status, answer.body.message]).toEqual([201, undefined]);
  return answer;
}
const role = (name: string, rules: object[]): Promise<TestAnswer> => create(`${RBAC}/clusterroles`, { metadata: { name }, rules });
const bind = (name: string, roleName: string, subject: object, namespace?: string): Promise<TestAnswer> =>
  create(namespace === undefined ? `${RBAC}/clusterrolebindings` : `${RBAC}/namespaces/${namespace}/rolebindings`, { metadata: { name }, roleRef: { kind: 'ClusterRole', name: roleName }, subjects: [subject] });
const status = async (transport: ApiTransport, method: string, path: string, body?: object): Promise<number> => (await test.call(method, path, body, {}, transport)).status;
const read = { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] };

describe('a role', () => {
  it('gives what it says, where it is bound, from the moment it is bound until it is not', async () => {
    const paths = ['/api/v1/namespaces/a/configmaps', '/api/v1/namespaces/b/configmaps', '/api/v1/configmaps', '/api/v1/namespaces/a/secrets'];
    const seen = (): Promise<number[]> => Promise.all(paths.map((path) => status(alice, 'GET', path)));
    expect(await seen()).toEqual([403, 403, 403, 403]);
    await role('reader', [read]);
    await bind('alice', 'reader', { kind: 'User', name: 'alice' }, 'a');
    expect(await seen()).toEqual([200, 403, 403, 403]);
    await bind('alice', 'reader', { kind: 'Group', name: 'dev' });
    expect(await seen()).toEqual([200, 200, 200, 403]);
    await test.call('PUT', `${RBAC}/clusterroles/reader`, { metadata: { name: 'reader' }, rules: [{ ...read, resources: ['secrets'] }] });
    expect(await seen()).toEqual([403, 403, 403, 200]);
    await test.call('DELETE', `${RBAC}/clusterrolebindings/alice`);
    await test.call('DELETE', `${RBAC}/namespaces/a/rolebindings/alice`);
    expect(await seen()).toEqual([403, 403, 403, 403]);
  });

  it('of a namespace is bound in that namespace, also to a service account', async () => {
    await create('/api/v1/namespaces/a/serviceaccounts', { metadata: { name: 'app' } });
    const { body } = await create('/api/v1/namespaces/a/serviceaccounts/app/token', {});
    await create(`${RBAC}/namespaces/a/roles`, { metadata: { name: 'one' }, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['x'] }] });
    await create(`${RBAC}/namespaces/a/rolebindings`, { metadata: { name: 'one' }, roleRef: { kind: 'Role', name: 'one' }, subjects: [{ kind: 'ServiceAccount', name: 'app', namespace: 'a' }] });
    const asApp = async (path: string): Promise<number> => (await test.call('GET', path, undefined, { authorization: `Bearer ${body.status.token}` }, test.anonymous())).status;
    expect([await asApp('/api/v1/namespaces/a/configmaps/x'), await asApp('/api/v1/namespaces/a/configmaps/y'), await asApp('/api/v1/namespaces/b/configmaps/x')]).toEqual([404, 403, 403]);
  });

  it('that is bound and missing is named in the refusal', async () => {
    await bind('lost', 'lost', { kind: 'User', name: 'bob' });
    const { body } = await test.call('GET', '/api/v1/namespaces/a/pods', undefined, {}, await test.transportFor('bob', []));
    expect(body.message).toBe('pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "a": RBAC: clusterrole.rbac.authorization.k8s.io "lost" not found');
  });

  it('gives paths and subresources', async () => {
    await role('mixed', [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/x/*'] }, { verbs: ['get'], apiGroups: ['*'], resources: ['*/scale'] }]);
    await bind('mixed', 'mixed', { kind: 'User', name: 'carol' });
    const carol = await test.transportFor('carol', []);
    expect([await status(carol, 'GET', '/metrics'), await status(carol, 'GET', '/x/y'), await status(carol, 'GET', '/y')]).toEqual([404, 404, 403]);
    expect([await status(carol, 'GET', '/apis/apps/v1/namespaces/a/deployments/d/scale'), await status(carol, 'GET', '/apis/apps/v1/namespaces/a/deployments/d')]).toEqual([404, 403]);
  });
});

describe('who gives roles', () => {
  let mallory: ApiTransport;
  const asMallory = (method: string, path: string, body: object): Promise<TestAnswer> => test.call(method, path, body, method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}, mallory);
  beforeAll(async () => {
    mallory = await test.transportFor('mallory', ['dev']);
    await role('granter', [{ verbs: ['*'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'] }, read]);
    await role('strong', [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }]);
    await role('weak', [read]);
    await create(`${RBAC}/clusterroles`, { metadata: { name: 'granter-without' }, rules: [{ verbs: ['create', 'update', 'patch', 'get'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'] }, read] });
    await bind('mallory', 'granter-without', { kind: 'User', name: 'mallory' });
  });

  it('gives no more than he has', async () => {
    const { status: code, body } = await asMallory('POST', `${RBAC}/namespaces/a/roles`, { metadata: { name: 'r' }, rules: [read, { verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }] });
    expect([code, body.message]).toEqual([403, 'roles.rbac.authorization.k8s.io "r" is forbidden: user "mallory" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}']);
    expect((await asMallory('POST', `${RBAC}/namespaces/a/roles`, { metadata: { name: 'r' }, rules: [read] })).status).toBe(201);
    expect((await asMallory('PATCH', `${RBAC}/namespaces/a/roles/r`, { rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] })).status).toBe(403);
    expect((await asMallory('PUT', `${RBAC}/namespaces/a/roles/new`, { metadata: { name: 'new' }, rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] })).status).toBe(403);
  });

  it('binds no role that has more than he has, nor one that does not exist', async () => {
    const binding = (name: string): object => ({ metadata: { name }, roleRef: { kind: 'ClusterRole', name }, subjects: [{ kind: 'User', name: 'mallory' }] });
    expect((await asMallory('POST', `${RBAC}/namespaces/a/rolebindings`, binding('strong'))).body.message).toMatch(/^rolebindings\.rbac\.authorization\.k8s\.io "strong" is forbidden: user "mallory" .* is attempting to grant RBAC permissions not currently held:\n/);
    expect((await asMallory('POST', `${RBAC}/clusterrolebindings`, binding('cluster-admin'))).status).toBe(403);
    expect((await asMallory('POST', `${RBAC}/namespaces/a/rolebindings`, binding('none'))).status).toBe(404);
    expect((await asMallory('POST', `${RBAC}/namespaces/a/rolebindings`, binding('weak'))).status).toBe(201);
  });

  it('makes no role of all that others label', async () => {
    const aggregated = { metadata: { name: 'sum' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
    expect((await asMallory('POST', `${RBAC}/clusterroles`, aggregated)).body.message).toMatch(/must have cluster-admin privileges to use an aggregationRule: user "mallory"/);
  });

  it('may do either with the verbs for it', async () => {
    await bind('granter', 'granter', { kind: 'User', name: 'mallory' }, 'b');
    expect((await asMallory('POST', `${RBAC}/namespaces/b/roles`, { metadata: { name: 'r' }, rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] })).status).toBe(201);
    await role('binder', [{ verbs: ['bind'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], resourceNames: ['strong'] }]);
    await bind('binder', 'binder', { kind: 'User', name: 'mallory' });
    expect((await asMallory('POST', `${RBAC}/namespaces/a/rolebindings`, { metadata: { name: 'strong' }, roleRef: { kind: 'ClusterRole', name: 'strong' } })).status).toBe(201);
  });
});

describe('the roles that every cluster has', () => {
  it('are there with their bindings', async () => {
    const named = async (resource: string): Promise<string[]> => (await test.call('GET', `${RBAC}/${resource}?labelSelector=kubernetes.io/bootstrapping%3Drbac-defaults`)).body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
    expect(await named('clusterroles')).toEqual(expect.arrayContaining(['admin', 'cluster-admin', 'edit', 'view', 'system:basic-user', 'system:discovery', 'system:node', 'system:service-account-issuer-discovery']));
    expect(await named('clusterrolebindings')).toEqual(expect.arrayContaining(['cluster-admin', 'system:basic-user', 'system:discovery', 'system:public-info-viewer', 'system:service-account-issuer-discovery']));
    expect((await test.call('GET', `${RBAC}/clusterroles/view`)).body).toMatchObject({ metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' } }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } }] } });
  });
});

describe('a review of access', () => {
  const GROUP = '/apis/authorization.k8s.io/v1';
  const ask = async (kind: string, spec: object, transport?: ApiTransport): Promise<TestAnswer> => test.call('POST', `${GROUP}/${kind}`, { spec }, {}, transport);

  it('says whether I may, and by which binding', async () => {
    await role('dana', [read]);
    await bind('dana', 'dana', { kind: 'User', name: 'dana' }, 'a');
    const dana = await test.transportFor('dana', []);
    const may = async (attributes: object): Promise<object> => (await ask('selfsubjectaccessreviews', attributes, dana)).body.status;
    expect(await may({ resourceAttributes: { namespace: 'a', verb: 'list', resource: 'configmaps' } })).toEqual({ allowed: true, reason: 'RBAC: allowed by RoleBinding "dana/a" of ClusterRole "dana" to User "dana"' });
    expect(await may({ resourceAttributes: { namespace: 'b', verb: 'list', resource: 'configmaps' } })).toEqual({ allowed: false });
    expect(await may({ nonResourceAttributes: { path: '/version', verb: 'get' } })).toMatchObject({ allowed: true });
    expect(await may({ nonResourceAttributes: { path: '/metrics', verb: 'get' } })).toEqual({ allowed: false });
  });

  it('says whether others may, to those who may ask', async () => {
    const spec = { user: 'system:serviceaccount:a:app', resourceAttributes: { namespace: 'a', verb: 'get', resource: 'configmaps', name: 'x' } };
    expect((await ask('subjectaccessreviews', spec)).body.status).toEqual({ allowed: true, reason: 'RBAC: allowed by RoleBinding "one/a" of Role "one" to ServiceAccount "app/a"' });
    expect((await test.call('POST', `${GROUP}/namespaces/a/localsubjectaccessreviews`, { spec })).body.status.allowed).toBe(true);
    expect((await test.call('POST', `${GROUP}/namespaces/b/localsubjectaccessreviews`, { spec })).body.message).toMatch(/spec\.resourceAttributes\.namespace: Invalid value: "a": must match metadata\.namespace: b$/);
    expect((await ask('subjectaccessreviews', spec, alice)).status).toBe(403);
  });

  it('goes by what a list is narrowed to, in either form of it', async () => {
    const may = async (fieldSelector: object): Promise<boolean> => (await ask('subjectaccessreviews', { user: 'system:node:n1', groups: ['system:nodes'], resourceAttributes: { verb: 'list', resource: 'pods', fieldSelector } })).body.status.allowed;
    const requirement = (operator: string, ...values: string[]): object => ({ requirements: [{ key: 'spec.nodeName', operator, values }] });
    expect([await may({ rawSelector: 'spec.nodeName=n1' }), await may(requirement('In', 'n1'))]).toEqual([true, true]);
    expect([await may({ rawSelector: 'spec.nodeName' }), await may(requirement('NotIn', 'n1')), await may(requirement('In', 'n1', 'n2')), await may(requirement('Exists'))]).toEqual([false, false, false, false]);
  });

  it('is of one thing and of somebody', async () => {
    expect((await ask('selfsubjectaccessreviews', {})).body.message).toBe('SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified');
    expect((await ask('subjectaccessreviews', { resourceAttributes: { verb: 'get' } })).body.message).toMatch(/spec\.user: Invalid value: "": at least one of user or group must be specified$/);
  });

  it('lists all that I may', async () => {
    const dana = await test.transportFor('dana', []);
    const { status: found } = (await ask('selfsubjectrulesreviews', { namespace: 'a' }, dana)).body;
    expect(found.resourceRules).toEqual(expect.arrayContaining([{ verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] }, { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] }]));
    expect(found.nonResourceRules).toEqual(expect.arrayContaining([expect.objectContaining({ verbs: ['get'], nonResourceURLs: expect.arrayContaining(['/version']) })]));
    expect(found.incomplete).toBe(false);
    const everything = (await ask('selfsubjectrulesreviews', { namespace: 'a' })).body.status.nonResourceRules;
    expect(everything.filter((rule: { verbs: string[] }) => rule.verbs[0] === '*')).toHaveLength(1);
  });
});
