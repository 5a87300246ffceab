import { generateKeyPairSync } from 'node:crypto';
import { newCertificateRequest } from '@gantry/apimachinery';
import type { ApiTransport } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CERTIFICATE } from '../../../../../../libs/resources/src/certificates/certificate-signing-request/requests.suite.js';
import { KubectlRunner, kubectls } from '../../../kubectl.suite.js';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../../test-api.suite.js';

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
let test: TestApi;
let users: Record<'alice' | 'approver' | 'domain' | 'node', ApiTransport>;

beforeAll(async () => {
  test = await startTestApi();
  await role('approver', ['approve'], 'kubernetes.io/kube-apiserver-client');
  await role('domain', ['sign'], 'kubernetes.io/*');
  await role('alice', [], undefined);
  const [alice, approver, domain, node] = await Promise.all([test.transportFor('alice', []), test.transportFor('approver', []), test.transportFor('domain', []), test.transportFor('system:node:n1', ['system:nodes'])]);
  users = { alice, approver, domain, node };
});
afterAll(() => test.stop());

/** Everything with requests, and these verbs for one signer. */
async function role(user: string, verbs: readonly string[], signer: string | undefined): Promise<void> {
  const apiGroups = ['certificates.k8s.io'];
  const rules = [{ apiGroups, resources: ['certificatesigningrequests', 'certificatesigningrequests/approval', 'certificatesigningrequests/status'], verbs: ['*'] }, ...(signer === undefined ? [] : [{ apiGroups, resources: ['signers'], resourceNames: [signer], verbs }])];
  await test.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', { metadata: { name: user }, rules });
  await test.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { metadata: { name: user }, roleRef: { kind: 'ClusterRole', name: user }, subjects: [{ kind: 'User', name: user }] });
}

const csr = (name: string, signerName = 'kubernetes.io/kube-apiserver-client', commonName = 'bob', organizations: string[] = []): object => ({
  apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name },
  spec: { request: base64(newCertificateRequest(privateKey, { commonName, organizations })), signerName, usages: ['client auth'], username: 'forged', groups: ['system:masters'] },
});
const send = (as: ApiTransport | undefined, method: string, at: string, body: unknown): Promise<TestAnswer> => test.call(method, `${path}${at}`, body, method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}, as);
const decide = (as: ApiTransport | undefined, name: string, type = 'Approved'): Promise<TestAnswer> => send(as, 'PATCH', `/${name}/approval`, { status: { conditions: [{ type, status: 'True', reason: 'Because' }] } });
const give = (as: ApiTransport | undefined, name: string): Promise<TestAnswer> => send(as, 'PATCH', `/${name}/status`, { status: { certificate: base64(CERTIFICATE) } });

describe('a certificate signing request', () => {
  it('says who asks, which no client can say for itself', async () => {
    const { status, body } = await send(users.alice, 'POST', '', csr('mine'));
    expect([status, body.spec.username, body.spec.groups]).toEqual([201, 'alice', ['system:authenticated']]);
    expect((await test.call('GET', `${path}?fieldSelector=spec.signerName%3Dkubernetes.io/kube-apiserver-client`)).body.items).toHaveLength(1);
  });

  it('is approved by who may approve for its signer, and by nobody else', async () => {
    await send(users.alice, 'POST', '', csr('asked'));
    const refused = await decide(users.alice, 'asked');
    expect([refused.status, refused.body.message]).toEqual([403, 'certificatesigningrequests.certificates.k8s.io "asked" is forbidden: user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"']);
    expect((await decide(users.domain, 'asked')).status).toBe(403);
    const { status, body } = await decide(users.approver, 'asked');
    expect([status, body.status.conditions]).toEqual([200, [expect.objectContaining({ type: 'Approved', lastUpdateTime: expect.any(String) })]]);
    await send(users.alice, 'POST', '', csr('other', 'kubernetes.io/kubelet-serving'));
    expect((await decide(users.approver, 'other')).status).toBe(403);
  });

  it('is signed by who may sign for all signers of the domain, and by nobody else', async () => {
    await send(users.alice, 'POST', '', csr('signed'));
    expect((await give(users.approver, 'signed')).body.message).toBe('certificatesigningrequests.certificates.k8s.io "signed" is forbidden: user not permitted to sign requests with signerName "kubernetes.io/kube-apiserver-client"');
    expect((await give(users.domain, 'signed')).status).toBe(200);
    expect((await send(users.domain, 'PATCH', '/signed/status', { status: { certificate: base64(CERTIFICATE + CERTIFICATE) } })).status).toBe(422);
  });

  it('makes nobody an administrator', async () => {
    const { status, body } = await send(undefined, 'POST', '', csr('masters', undefined, 'bob', ['dev', 'system:masters']));
    expect([status, body.message]).toEqual([403, 'certificatesigningrequests.certificates.k8s.io "masters" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed']);
  });

  it('of a node is of that node', async () => {
    const kubelet = 'kubernetes.io/kube-apiserver-client-kubelet';
    const { body } = await send(users.node, 'POST', '', csr('n2', kubelet, 'system:node:n2', ['system:nodes']));
    expect(body.message).toBe('certificatesigningrequests.certificates.k8s.io "n2" is forbidden: can only create a node CSR with CN=system:node:n1');
    expect((await send(users.node, 'POST', '', csr('n1', kubelet, 'system:node:n1', ['system:nodes']))).status).toBe(201);
    expect((await decide(users.node, 'n1')).status).toBe(403);
    expect((await give(users.node, 'n1')).status).toBe(403);
  });
});

for (const { version, path: program } of kubectls(['1.27', '1.33'])) {
  describe.skipIf(program === undefined)(`kubectl ${version}${program === undefined ? ', which is not beside the kubectl on the PATH of this machine' : ''}`, () => {
    it('creates requests, shows, approves and denies them', async () => {
      const kubectl = new KubectlRunner(program!, test.kubeconfig, 'default');
      const [yes, no] = [`yes-${version}`, `no-${version}`];
      for (const name of [yes, no]) await kubectl.withInput(JSON.stringify({ ...csr(name), spec: { ...(csr(name) as { spec: object }).spec, username: undefined, groups: undefined, expirationSeconds: 86_400 } }), 'create', '-f', '-');
      expect(await kubectl.run('get', 'csr', yes)).toMatch(new RegExp(`^NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION\\n${yes} +\\d+s +kubernetes\\.io/kube-apiserver-client +admin +24h +Pending\\n$`));
      expect(await kubectl.run('certificate', 'approve', yes)).toBe(`certificatesigningrequest.certificates.k8s.io/${yes} approved\n`);
      expect(await kubectl.run('certificate', 'deny', no)).toBe(`certificatesigningrequest.certificates.k8s.io/${no} denied\n`);
      expect(await kubectl.run('get', 'csr')).toMatch(new RegExp(`^${no}.* Denied$[^]*^${yes}.* Approved$`, 'm'));
      expect(await kubectl.run('describe', 'csr', yes)).toMatch(/Status: +Approved[^]*Common Name: +bob/);
    });
  });
}
