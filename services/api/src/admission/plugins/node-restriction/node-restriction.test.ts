import { generateKeyPairSync } from 'node:crypto';
import type { ApiTransport } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../../test-api.suite.js';
import { forbiddenLabels } from './node-labels.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const merge = { 'content-type': 'application/merge-patch+json' };

let test: TestApi;
let node: ApiTransport;
const uids: Record<string, string> = {};
beforeAll(async () => {
  test = await startTestApi({ serviceAccounts: { issuer: 'https://issuer', keys: [privateKey] } });
  node = await test.transportFor('system:node:n1', ['system:nodes']);
  const create = async (path: string, body: object): Promise<TestAnswer> => test.call('POST', path, body);
  for (const name of ['n1', 'n2']) await create('/api/v1/nodes', { metadata: { name } });
  for (const namespace of ['a', 'b']) {
    await create('/api/v1/namespaces', { metadata: { name: namespace } });
    for (const name of ['app', 'other']) await create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
    for (const name of ['env', 'volume', 'projected', 'pull', 'unused']) await create(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name } });
    for (const name of ['kube-root-ca.crt', 'from', 'unused']) await create(`/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name } });
  }
  for (const name of ['n1', 'n2']) {
    const spec = {
      serviceAccountName: name === 'n1' ? 'app' : 'other', imagePullSecrets: [{ name: 'pull' }],
      containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'from' } }], env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } }] }],
      volumes: [{ name: 'v', secret: { secretName: 'volume' } }, { name: 'w', projected: { sources: [{ secret: { name: 'projected' } }] } }],
    };
    const namespace = name === 'n1' ? 'a' : 'b';
    uids[name] = (await create(`/api/v1/namespaces/${namespace}/pods`, { metadata: { name: `on-${name}` }, spec })).body.metadata.uid;
    await create(`/api/v1/namespaces/${namespace}/pods/on-${name}/binding`, { target: { kind: 'Node', name } });
  }
});
afterAll(() => test.stop());

const asNode = (method: string, path: string, body?: unknown): Promise<TestAnswer> => test.call(method, path, body, method === 'PATCH' ? merge : {}, node);
const token = (account: string, boundObjectRef: object | undefined, namespace = 'a'): Promise<TestAnswer> => asNode('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, { spec: { boundObjectRef } });
const UNRELATED = /: no relationship found between node 'n1' and this object$/;

describe('what a node reads', () => {
  it.each(['secrets/env', 'secrets/volume', 'secrets/projected', 'secrets/pull', 'configmaps/from', 'configmaps/kube-root-ca.crt'])('is %s, which a pod of its own names', async (path) => {
    expect((await asNode('GET', `/api/v1/namespaces/a/${path}`)).status).toBe(200);
  });

  it('may be a list of that one', async () => {
    expect((await asNode('GET', '/api/v1/namespaces/a/secrets?fieldSelector=metadata.name%3Denv')).body.items.length).toBe(1);
  });

  it.each(['a/secrets/unused', 'a/configmaps/unused', 'a/secrets/from', 'b/secrets/env', 'b/configmaps/from', 'a/secrets/none'])('is not %s, which none of its pods names', async (path) => {
    const { status, body } = await asNode('GET', `/api/v1/namespaces/${path}`);
    expect([status, body.message]).toEqual([403, expect.stringMatching(UNRELATED)]);
  });

  it.each(['/api/v1/namespaces/a/secrets', '/api/v1/secrets', '/api/v1/namespaces/a/configmaps?watch=1', '/api/v1/secrets?fieldSelector=metadata.name%3Denv', '/api/v1/pods', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn2', '/api/v1/namespaces/b/pods/on-n2'])('is not %s', async (path) => {
    expect((await asNode('GET', path)).status).toBe(403);
  });

  it('ends with the pod that named it', async () => {
    await test.call('POST', '/api/v1/namespaces/a/pods', { metadata: { name: 'brief' }, spec: { serviceAccountName: 'app', nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', secret: { secretName: 'late' } }] } });
    await test.call('POST', '/api/v1/namespaces/a/secrets', { metadata: { name: 'late' } });
    expect((await asNode('GET', '/api/v1/namespaces/a/secrets/late')).status).toBe(200);
    await test.call('DELETE', '/api/v1/namespaces/a/pods/brief?gracePeriodSeconds=0');
    expect((await asNode('GET', '/api/v1/namespaces/a/secrets/late')).status).toBe(403);
  });
});

describe('the tokens that a node gets', () => {
  const pod = (name: string, uid: string | undefined): object => ({ apiVersion: 'v1', kind: 'Pod', name, uid });

  it('are those of its pods', async () => {
    expect((await token('app', pod('on-n1', uids['n1']))).status).toBe(201);
  });

  it.each<readonly [string, () => Promise<TestAnswer>, RegExp]>([
    ['of an account that none of its pods runs as', () => token('other', pod('on-n1', uids['n1'])), UNRELATED],
    ['in a namespace where it has no pod', () => token('app', pod('on-n2', uids['n2']), 'b'), UNRELATED],
    ['bound to nothing', () => token('app', undefined), /node requested token not bound to a pod$/],
    ['bound to a secret', () => token('app', { apiVersion: 'v1', kind: 'Secret', name: 'env', uid: 'x' }), /node requested token not bound to a pod$/],
    ['bound to a pod without its uid', () => token('app', pod('on-n1', undefined)), /node requested token with a pod binding without a uid$/],
    ['bound to a pod of another uid', () => token('app', pod('on-n1', 'x')), /the UID in the bound object reference \(x\) does not match the UID in record/],
  ])('are none %s', async (_what, ask, message) => {
    const { status, body } = await ask();
    expect([status, body.message]).toEqual([403, expect.stringMatching(message)]);
  });

  it('are for whom a volume of the pod names, or whom a role permits', async () => {
    const sources = [{ serviceAccountToken: { path: 'vault', audience: 'vault' } }];
    const { metadata } = (await test.call('POST', '/api/v1/namespaces/a/pods', { metadata: { name: 'audiences' }, spec: { serviceAccountName: 'app', nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', projected: { sources } }] } })).body;
    const ask = (...audiences: string[]): Promise<TestAnswer> => asNode('POST', '/api/v1/namespaces/a/serviceaccounts/app/token', { spec: { audiences, boundObjectRef: pod('audiences', metadata.uid) } });
    expect([(await ask('vault')).status, (await ask()).status]).toEqual([201, 201]);
    expect((await ask('vault', 'bank')).body.message).toMatch(/node may only request 0 or 1 audiences$/);
    expect((await ask('bank')).body.message).toBe('serviceaccounts "app" is forbidden: audience "bank" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience');
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await test.call('POST', `${rbac}/clusterroles`, { metadata: { name: 'bank' }, rules: [{ verbs: ['request-serviceaccounts-token-audience'], apiGroups: [''], resources: ['bank'] }] });
    await test.call('POST', `${rbac}/clusterrolebindings`, { metadata: { name: 'bank' }, roleRef: { kind: 'ClusterRole', name: 'bank' }, subjects: [{ kind: 'Group', name: 'system:nodes' }] });
    expect((await ask('bank')).status).toBe(201);
  });

  it('are none of a pod on another node', async () => {
    const { metadata } = (await test.call('POST', '/api/v1/namespaces/a/pods', { metadata: { name: 'elsewhere' }, spec: { serviceAccountName: 'app', nodeName: 'n2', containers: [{ name: 'c', image: 'i' }] } })).body;
    expect((await token('app', pod('elsewhere', metadata.uid))).body.message).toMatch(/node requested token bound to a pod scheduled on a different node$/);
  });
});

describe('what a node changes', () => {
  it.each<readonly [string, string, string, object | undefined, RegExp]>([
    ['the labels of its pods', 'PATCH', '/api/v1/namespaces/a/pods/on-n1/status', { metadata: { labels: { x: 'y' } } }, /node "n1" cannot update labels through pod status$/],
    ['the status of pods elsewhere', 'PATCH', '/api/v1/namespaces/b/pods/on-n2/status', { status: { phase: 'Failed' } }, /node "n1" can only update pod status for pods with spec.nodeName set to itself$/],
    ['pods elsewhere', 'DELETE', '/api/v1/namespaces/b/pods/on-n2', undefined, /node "n1" can only delete pods with spec.nodeName set to itself$/],
    ['its taints', 'PATCH', '/api/v1/nodes/n1', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }, /node "n1" is not allowed to modify taints$/],
    ['labels that steer work', 'PATCH', '/api/v1/nodes/n1', { metadata: { labels: { 'node-restriction.kubernetes.io/zone': 'x', 'node-role.kubernetes.io/master': '' } } }, /is not allowed to modify labels: node-restriction.kubernetes.io\/zone, node-role.kubernetes.io\/master$/],
    ['another node', 'PATCH', '/api/v1/nodes/n2', { metadata: { labels: { x: 'y' } } }, /cannot patch resource "nodes"/],
    ['itself away by an owner that is not there', 'PATCH', '/api/v1/nodes/n1', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x' }] } }, /node "n1" is not allowed to modify ownerReferences$/],
    ['the same through its status', 'PATCH', '/api/v1/nodes/n1/status', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x' }] } }, /node "n1" is not allowed to modify ownerReferences$/],
    ['itself away', 'DELETE', '/api/v1/nodes/n1', undefined, /cannot delete resource "nodes"/],
    ['the lease of another', 'POST', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', { metadata: { name: 'n2' }, spec: {} }, /can only access node lease with the same name as the requesting node$/],
  ])('is not %s', async (_what, method, path, body, message) => {
    const answer = await asNode(method, path, body);
    expect([answer.status, answer.body.message]).toEqual([403, expect.stringMatching(message)]);
  });

  it('is its own labels', async () => {
    expect((await asNode('PATCH', '/api/v1/nodes/n1', { metadata: { labels: { 'kubernetes.io/arch': 'amd64', 'kubelet.kubernetes.io/x': 'y', 'example.com/z': '' } } })).status).toBe(200);
  });
});

describe('the range of pods that a node gives itself', () => {
  const register = async (name: string, ...podCIDRs: string[]): Promise<TestAnswer> =>
    test.call('POST', '/api/v1/nodes', { metadata: { name }, spec: { podCIDR: podCIDRs[0], podCIDRs } }, {}, await test.transportFor(`system:node:${name}`, ['system:nodes']));

  it.each(['10.244.7.0/24', '10.244.7.128/25', '10.244.0.0/16'])('is not %s, where another has 10.244.7.0/24', async (range) => {
    await test.call('POST', '/api/v1/nodes', { metadata: { name: 'owner' }, spec: { podCIDR: '10.244.7.0/24', podCIDRs: ['10.244.7.0/24'] } });
    const { status, body } = await register('thief', range);
    expect([status, body.message]).toEqual([403, `nodes "thief" is forbidden: node "thief" is not allowed to take the podCIDR ${range} of another node`]);
    expect((await asNode('PATCH', '/api/v1/nodes/n1', { spec: { podCIDR: range, podCIDRs: [range] } })).status).toBe(403);
  });

  it('may be one that nobody has, and stays its own', async () => {
    expect((await register('hollow', '240.0.3.0/24')).status).toBe(201);
    const hollow = await test.transportFor('system:node:hollow', ['system:nodes']);
    expect((await test.call('PATCH', '/api/v1/nodes/hollow', { metadata: { labels: { x: 'y' } } }, merge, hollow)).status).toBe(200);
  });
});

describe('the labels that a node may not change', () => {
  it.each([
    [{ 'kubernetes.io/hostname': 'a', 'x.node.kubernetes.io/y': 'z', plain: '' }, {}, []],
    [{ 'a.node-restriction.kubernetes.io/x': '' }, {}, ['a.node-restriction.kubernetes.io/x']],
    [{ 'foo.k8s.io/x': '1' }, { 'foo.k8s.io/x': '1' }, []],
    [{}, { 'foo.k8s.io/x': '1' }, ['foo.k8s.io/x']],
  ])('of %j, from %j, are %j', (labels, old, expected) => {
    expect(forbiddenLabels(labels as Record<string, string>, old as Record<string, string>)).toEqual(expected);
  });
});
