import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubectlRunner, kubectls } from './kubectl.suite.js';
import { startTestApi } from './test-api.suite.js';
import type { TestApi } from './test-api.suite.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi({ serviceAccounts: { issuer: 'https://issuer', keys: [privateKey] } });
});
afterAll(() => test.stop());

const policy = (verbs: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reconciled}
rules:
- {apiGroups: [""], resources: [pods], verbs: [${verbs}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reconciled}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reconciled}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: dana}
`;

for (const { version, path } of kubectls(['1.27', '1.33'])) {
  describe.skipIf(path === undefined)(`kubectl ${version}${path === undefined ? ', which is not beside the kubectl on the PATH of this machine' : ''}`, () => {
    let kubectl: KubectlRunner;
    beforeAll(async () => {
      kubectl = new KubectlRunner(path!, test.kubeconfig, `auth-${version.replace('.', '-')}`);
      await kubectl.run('create', 'namespace', kubectl.namespace);
    });

    it('gives a role to a user and to a service account, and asks what they may', async () => {
      const account = `system:serviceaccount:${kubectl.namespace}:app`;
      await kubectl.run('create', 'serviceaccount', 'app');
      expect(await kubectl.run('create', 'role', 'reader', '--verb=get,list', '--resource=configmaps,deployments.apps')).toBe('role.rbac.authorization.k8s.io/reader created\n');
      expect(await kubectl.run('create', 'rolebinding', 'readers', '--role=reader', '--user=alice', `--serviceaccount=${kubectl.namespace}:app`)).toBe('rolebinding.rbac.authorization.k8s.io/readers created\n');
      expect(await kubectl.run('auth', 'can-i', 'list', 'configmaps', '--as=alice')).toBe('yes\n');
      expect(await kubectl.run('auth', 'can-i', 'get', 'deployments.apps', `--as=${account}`)).toBe('yes\n');
      await expect(kubectl.run('auth', 'can-i', 'list', 'secrets', '--as=alice')).rejects.toThrow(/no\n$/);
      expect(await kubectl.run('auth', 'can-i', '*', '*')).toBe('yes\n');
      expect(await kubectl.run('auth', 'can-i', '--list', '--as=alice')).toMatch(/^configmaps +\[\] +\[\] +\[get list\]$/m);
      await expect(kubectl.run('get', 'secrets', '--as=alice')).rejects.toThrow(`Error from server (Forbidden): secrets is forbidden: User "alice" cannot list resource "secrets" in API group "" in the namespace "${kubectl.namespace}"`);
      expect(await kubectl.run('get', 'rolebindings', '-o', 'wide')).toMatch(new RegExp(`^readers +Role/reader +\\S+ +alice +${kubectl.namespace}/app *$`, 'm'));
      expect(await kubectl.run('describe', 'role', 'reader')).toMatch(/configmaps +\[\] +\[\] +\[get list\]/);
    });

    it('makes a token, by which the API knows the account', async () => {
      const token = (await kubectl.run('create', 'token', 'app', '--duration=20m')).trim();
      const asked = await test.call('GET', `/api/v1/namespaces/${kubectl.namespace}/configmaps`, undefined, { authorization: `Bearer ${token}` }, test.anonymous());
      expect([asked.status, asked.body.kind]).toEqual([200, 'ConfigMapList']);
      await expect(kubectl.run('create', 'token', 'app', '--bound-object-kind=Pod', '--bound-object-name=none')).rejects.toThrow('error: failed to create token: pods "none" not found');
    });

    it('asks who it is', async () => {
      // That version knows only what upstream no longer serves either.
      if (version === '1.27') return expect(kubectl.run('auth', 'whoami')).rejects.toThrow(/the selfsubjectreviews API is not enabled in the cluster/);
      expect(await kubectl.run('auth', 'whoami')).toMatch(/^Username +admin\nGroups +\[system:masters system:authenticated\]/m);
    });

    it('reconciles roles: what is missing is added', async () => {
      await kubectl.withInput(policy('get'), 'auth', 'reconcile', '-f', '-');
      expect(await kubectl.withInput(policy('list'), 'auth', 'reconcile', '-f', '-')).toMatch(/clusterrole\.rbac\.authorization\.k8s\.io\/reconciled reconciled/);
      for (const verb of ['get', 'list']) expect(await kubectl.run('auth', 'can-i', verb, 'pods', '--as=dana')).toBe('yes\n');
      await kubectl.run('delete', 'clusterrole,clusterrolebinding', 'reconciled');
    });

    it('shows the roles that there are', async () => {
      expect(await kubectl.run('get', 'clusterroles')).toMatch(/^NAME +CREATED AT\n[^]*^view +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m);
      expect(await kubectl.run('get', 'clusterrolebindings')).toMatch(/^cluster-admin +ClusterRole\/cluster-admin +\d+/m);
      expect(await kubectl.run('create', 'clusterrole', 'tester', '--verb=get', '--non-resource-url=/metrics', '--dry-run=server')).toContain('created (server dry run)');
    });
  });
}
