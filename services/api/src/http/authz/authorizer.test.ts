import { parseFieldSelector } from '@gantry/apimachinery';
import { describe, expect, it } from 'vitest';
import { authenticated, joiningNode, nodeIdentity } from './identity.js';
import type { NodePods } from './node/node-pods.js';
import type { RbacAuthorizer } from './rbac/rbac-authorizer.js';
import { Authorizer, forbiddenPath, forbiddenResource } from './authorizer.js';

/** Node n1 has one pod, `a/p`, of account `s`, which names the secret `s` and the config map `c`; `a/q` is on n2. */
const pods: NodePods = {
  refersTo: (node, kind, namespace, name) => node === 'n1' && namespace === 'a' && name === (kind === 'secrets' ? 's' : 'c'),
  runsAs: (node, namespace, account) => node === 'n1' && namespace === 'a' && account === 's',
  nodeOf: (namespace, name) => ({ 'a/p': 'n1', 'a/q': 'n2' } as Record<string, string>)[`${namespace}/${name}`],
};
/** Roles give one thing: mallory may watch config maps. */
const rbac = { refusal: ({ name }: { name: string }, { verb, resource }: { verb: string; resource: string }) => (name === 'mallory' && verb === 'watch' && resource === 'configmaps' ? undefined : ''), isPathPermitted: () => false } as unknown as RbacAuthorizer;
const authorizer = new Authorizer(pods, rbac);
const users = {
  admin: authenticated('alice', ['system:masters']),
  nobody: authenticated('mallory', ['dev']),
  controllers: authenticated('system:kube-controller-manager', []),
  scheduler: authenticated('system:kube-scheduler', []),
  node: nodeIdentity('n1'),
  other: nodeIdentity('n2'),
  joining: joiningNode,
  /** The user name of a node without the group of nodes is no node. */
  pretender: authenticated('system:node:n1', []),
};

function attributes(text: string): Parameters<Authorizer['refusal']>[1] {
  const [verb = '', target = '', namespace = '', name = '', fields = ''] = text.split(' ');
  const [full = '', subresource = ''] = target.split('/');
  const dot = full.indexOf('.');
  return { verb, group: dot < 0 ? '' : full.slice(dot + 1), resource: dot < 0 ? full : full.slice(0, dot), subresource, namespace: namespace === '-' ? '' : namespace, name: name === '-' ? '' : name, fields: fields === '' ? undefined : parseFieldSelector(fields) };
}

describe('the allow list', () => {
  it.each([
    ['admin', 'delete secrets kube-system x'],
    ['admin', 'create pods/exec a p'],
    ['controllers', 'create pods a'],
    ['controllers', 'list secrets -'],
    ['controllers', 'update namespaces/finalize - a'],
    ['scheduler', 'create pods/binding a p'],
    ['scheduler', 'update leases.coordination.k8s.io kube-system kube-scheduler'],
    ['node', 'update nodes/status - n1'],
    ['node', 'watch nodes -'],
    ['node', 'get nodes - n2'],
    ['node', 'list services -'],
    ['node', 'watch endpointslices.discovery.k8s.io -'],
    ['node', 'watch namespaces -'],
    ['node', 'update leases.coordination.k8s.io kube-node-lease n1'],
    ['node', 'watch pods - - spec.nodeName=n1'],
    ['node', 'get pods a p'],
    ['node', 'get pods a gone'],
    ['node', 'create tokenreviews.authentication.k8s.io -'],
    ['nobody', 'watch configmaps a'],
    ['node', 'patch pods/status a p'],
    ['node', 'get secrets a s'],
    ['node', 'watch secrets a s'],
    ['node', 'list configmaps a c'],
    ['node', 'create serviceaccounts/token a s'],
    ['node', 'create events a'],
    ['node', 'create certificatesigningrequests.certificates.k8s.io -'],
    ['node', 'create certificatesigningrequests.certificates.k8s.io/selfnodeclient -'],
    ['joining', 'create certificatesigningrequests.certificates.k8s.io -'],
    ['joining', 'get certificatesigningrequests.certificates.k8s.io - node-csr-1'],
    ['joining', 'create certificatesigningrequests.certificates.k8s.io/nodeclient -'],
    ['controllers', 'approve signers.certificates.k8s.io - kubernetes.io/kube-apiserver-client-kubelet'],
    ['controllers', 'sign signers.certificates.k8s.io - kubernetes.io/kube-apiserver-client'],
  ] as const)('%s may %s', (user, text) => {
    expect(authorizer.refusal(users[user], attributes(text))).toBeUndefined();
  });

  it.each([
    ['nobody', 'list pods default'],
    ['nobody', 'get namespaces - default'],
    ['controllers', 'create secrets a'],
    ['controllers', 'create pods/binding a p'],
    ['scheduler', 'list secrets -'],
    ['scheduler', 'create pods a'],
    ['scheduler', 'update nodes - n1'],
    ['node', 'update nodes/status - n2'],
    ['node', 'update nodes - n2'],
    ['node', 'delete nodes - n1'],
    ['node', 'update leases.coordination.k8s.io kube-node-lease n2'],
    ['node', 'update leases.coordination.k8s.io kube-system kube-scheduler'],
    ['node', 'list secrets -'],
    ['node', 'get secrets - s'],
    ['node', 'get secrets a other'],
    ['node', 'get secrets b s'],
    ['node', 'get configmaps a s'],
    ['other', 'get secrets a s'],
    ['other', 'create serviceaccounts/token a s'],
    ['node', 'create serviceaccounts/token a t'],
    ['node', 'get serviceaccounts a s'],
    ['node', 'list pods -'],
    ['node', 'watch pods a - spec.nodeName=n2'],
    ['node', 'get pods a q'],
    ['nobody', 'create tokenreviews.authentication.k8s.io -'],
    ['node', 'list secrets a'],
    ['node', 'watch configmaps a'],
    ['node', 'update services a s'],
    ['node', 'create serviceaccounts a'],
    ['node', 'create pods/binding a p'],
    ['node', 'update pods a p'],
    ['node', 'create deployments.apps a'],
    ['node', 'create certificatesigningrequests.certificates.k8s.io/nodeclient -'],
    ['node', 'update certificatesigningrequests.certificates.k8s.io/approval - a'],
    ['node', 'approve signers.certificates.k8s.io - kubernetes.io/kube-apiserver-client-kubelet'],
    ['joining', 'get certificatesigningrequests.certificates.k8s.io - other'],
    ['joining', 'list certificatesigningrequests.certificates.k8s.io -'],
    ['joining', 'watch certificatesigningrequests.certificates.k8s.io - - metadata.name=node-csr-1'],
    ['joining', 'delete certificatesigningrequests.certificates.k8s.io - node-csr-1'],
    ['joining', 'create certificatesigningrequests.certificates.k8s.io/selfnodeclient -'],
    ['joining', 'approve signers.certificates.k8s.io - kubernetes.io/kube-apiserver-client-kubelet'],
    ['joining', 'get nodes - n1'],
    ['joining', 'get pods a p'],
    ['controllers', 'approve signers.certificates.k8s.io - kubernetes.io/kube-apiserver-client'],
    ['controllers', 'sign signers.certificates.k8s.io - kubernetes.io/kubelet-serving'],
    ['pretender', 'update nodes/status - n1'],
  ] as const)('%s may not %s', (user, text) => {
    expect(authorizer.refusal(users[user], attributes(text))).toBeTypeOf('string');
  });

  it('shows health and version to anybody, all paths to administrators', () => {
    const may = (identity: Parameters<Authorizer['isPathPermitted']>[0], path: string): boolean => authorizer.isPathPermitted(identity, { verb: 'get', path });
    expect(['/livez', '/readyz', '/healthz', '/version', '/readyz/etcd'].map((path) => may(undefined, path))).toEqual([true, true, true, true, true]);
    expect(['/api', '/apis/apps/v1', '/openapi/v2', '/metrics', '/versionx'].map((path) => may(undefined, path))).toEqual([false, false, false, false, false]);
    expect(['/version', '/api', '/metrics'].map((path) => may(users.nobody, path))).toEqual([true, false, false]);
    expect(may(users.admin, '/metrics')).toBe(true);
  });
});

describe('a refusal', () => {
  it.each([
    ['list pods default', 'pods is forbidden: User "mallory" cannot list resource "pods" in API group "" in the namespace "default"'],
    ['get deployments.apps a d', 'deployments.apps "d" is forbidden: User "mallory" cannot get resource "deployments" in API group "apps" in the namespace "a"'],
    ['get pods/log a p', 'pods "p" is forbidden: User "mallory" cannot get resource "pods/log" in API group "" in the namespace "a"'],
    ['list nodes -', 'nodes is forbidden: User "mallory" cannot list resource "nodes" in API group "" at the cluster scope'],
  ])('of %s says who may not do what where', (text, message) => {
    expect(forbiddenResource(users.nobody, attributes(text), '').message).toBe(message);
  });

  it('of what a node has nothing to do with says so', () => {
    const asked = attributes('get secrets a other');
    expect(forbiddenResource(users.node, asked, authorizer.refusal(users.node, asked)!).message).toBe(`secrets "other" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "a": no relationship found between node 'n1' and this object`);
  });

  it('of a path names the path', () => {
    expect(forbiddenPath(users.nobody, { verb: 'get', path: '/metrics' }).message).toBe('forbidden: User "mallory" cannot get path "/metrics"');
  });
});
