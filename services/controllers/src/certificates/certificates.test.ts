import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { newCertificateRequest, parseCertificateRequest } from '@gantry/apimachinery';
import { CERTIFICATESIGNINGREQUESTS } from '@gantry/client';
import { createAuthority } from '@gantry/platform/pki';
import { afterEach, describe, expect, it } from 'vitest';
import type { TestCluster } from '../testing/cluster.suite.js';
import { createTestCluster } from '../testing/cluster.suite.js';
import { createReconcile as createApproving } from './approving/reconcile.js';
import { recognize } from './approving/recognize.js';
import { cleaningDeadline } from './cleaning/deadline.js';
import type { RequestCondition, SigningRequest } from './conditions.js';
import { CLIENT_SIGNER, KUBELET_CLIENT_SIGNER, kubeletClientProblem } from './kubelet-client.js';
import { planSigning } from './signing/plan.js';
import { certificateTimes } from './signing/terms.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const BEGIN = '2026-01-01T00:00:00Z';
const HOUR = 3_600_000;
const usages = ['client auth', 'digital signature'];
const condition = (type: string, lastUpdateTime = BEGIN): RequestCondition => ({ type, status: 'True', lastUpdateTime });

interface Asked {
  readonly commonName?: string;
  readonly organizations?: readonly string[];
}

function csr({ commonName = 'system:node:n1', organizations = ['system:nodes'] }: Asked = {}, spec: Partial<SigningRequest['spec']> = {}, status: SigningRequest['status'] = {}): SigningRequest {
  const request = Buffer.from(newCertificateRequest(privateKey, { commonName, organizations })).toString('base64');
  return {
    apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'r', creationTimestamp: BEGIN },
    spec: { request, signerName: KUBELET_CLIENT_SIGNER, usages, username: 'system:bootstrap:compose', groups: ['system:bootstrappers'], ...spec },
    status,
  };
}

describe('what may be approved without a person', () => {
  it.each([
    ['a node that joins', csr(), ['nodeclient']],
    ['a node that renews', csr({}, { username: 'system:node:n1' }), ['selfnodeclient', 'nodeclient']],
    ['a node that asks for another’s', csr({}, { username: 'system:node:n2' }), ['nodeclient']],
    ['with the usage that RSA needs', csr({}, { usages: [...usages, 'key encipherment'] }), ['nodeclient']],
  ])('%s', (_name, request, expected) => {
    expect(recognize(request).map(({ subresource }) => subresource)).toEqual(expected);
  });

  it.each([
    ['an administrator', csr({ commonName: 'admin', organizations: ['system:masters'] })],
    ['a node that is an administrator too', csr({ organizations: ['system:nodes', 'system:masters'] })],
    ['a node in no group', csr({ organizations: [] })],
    ['a user in the group of nodes', csr({ commonName: 'alice' })],
    ['another signer', csr({}, { signerName: CLIENT_SIGNER })],
    ['a serving certificate', csr({}, { signerName: 'kubernetes.io/kubelet-serving', usages: ['server auth', 'digital signature'] })],
    ['further usages', csr({}, { usages: [...usages, 'server auth'] })],
    ['too few usages', csr({}, { usages: ['client auth'] })],
    ['one that was denied', csr({}, {}, { conditions: [condition('Denied')] })],
    ['one that was approved', csr({}, {}, { conditions: [condition('Approved')] })],
    ['one that has its certificate', csr({}, {}, { certificate: 'eA==' })],
  ])('not %s', (_name, request) => {
    expect(recognize(request)).toEqual([]);
  });

  const content = parseCertificateRequest(Buffer.from(csr().spec.request, 'base64'));
  it.each([
    ['DNS subjectAltNames are not allowed', { names: { ...content.names, dns: ['n2'] } }],
    ['Email subjectAltNames are not allowed', { names: { ...content.names, email: ['a@b'] } }],
    ['IP subjectAltNames are not allowed', { names: { ...content.names, ip: ['0a000001'] } }],
    ['URI subjectAltNames are not allowed', { names: { ...content.names, uri: ['spiffe://a'] } }],
    ['other subjectAltNames are not allowed', { names: { ...content.names, others: 1 } }],
    ['subject has more than an organization and a common name', { subject: { ...content.subject, others: ['2.5.4.11'] } }],
    ['subject has more than an organization and a common name', { subject: { ...content.subject, commonNames: ['system:node:n1', 'system:node:n2'] } }],
    ['subject common name does not begin with system:node:', { subject: { ...content.subject, commonNames: [] } }],
    ['subject organization is not system:nodes', { subject: { ...content.subject, organizations: ['system:nodes', 'system:nodes'] } }],
  ])('a request with further names is none of a kubelet: %s', (problem, changes) => {
    expect(kubeletClientProblem({ ...content, ...changes }, usages)).toBe(problem);
  });
});

describe('approval', () => {
  /** Whom the server permits what. */
  function approving(request: SigningRequest, permitted: readonly string[]) {
    const sent: [string, unknown][] = [];
    const client = {
      resource: ({ resource }: { resource: string }) => ({
        create: (review: { spec: { resourceAttributes: { subresource: string } } }) => {
          sent.push([resource, review.spec]);
          return Promise.resolve({ status: { allowed: permitted.includes(review.spec.resourceAttributes.subresource) } });
        },
        update: (object: SigningRequest, options: unknown) => {
          sent.push([resource, [object.status, options]]);
          return Promise.resolve(object);
        },
      }),
    } as unknown as Parameters<typeof createApproving>[0]['client'];
    return { sent, run: () => createApproving({ client, request: () => request })('r', new AbortController().signal) };
  }

  it('is given where the requester is permitted to have it', async () => {
    const { sent, run } = approving(csr({}, { uid: '7', extra: { a: ['b'] } }), ['nodeclient']);
    expect(await run()).toBeUndefined();
    const resourceAttributes = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource: 'nodeclient' };
    const message = 'Auto approving kubelet client certificate after SubjectAccessReview.';
    expect(sent).toEqual([
      ['subjectaccessreviews', { user: 'system:bootstrap:compose', uid: '7', groups: ['system:bootstrappers'], extra: { a: ['b'] }, resourceAttributes }],
      ['certificatesigningrequests', [{ conditions: [{ type: 'Approved', status: 'True', reason: 'AutoApproved', message }] }, { subresource: 'approval' }]],
    ]);
  });

  it('is not given where he is not, and is asked for again later', async () => {
    const { sent, run } = approving(csr({}, { username: 'system:node:n1' }), []);
    expect(await run()).toEqual({ requeueAfter: 60_000 });
    expect(sent.map(([resource]) => resource)).toEqual(['subjectaccessreviews', 'subjectaccessreviews']);
  });

  it('asks nobody about what no kubelet asks for', async () => {
    const { sent, run } = approving(csr({ organizations: ['system:masters'] }), ['nodeclient']);
    expect([await run(), sent]).toEqual([undefined, []]);
  });
});

describe('what is signed', () => {
  const approved = { conditions: [condition('Approved')] };
  it.each([
    ['sign', csr({}, {}, approved)],
    ['sign', csr({ commonName: 'bob', organizations: ['dev'] }, { signerName: CLIENT_SIGNER, usages: ['client auth'] }, approved)],
    ['nothing', csr()],
    ['nothing', csr({}, {}, { conditions: [condition('Approved'), condition('Denied')] })],
    ['nothing', csr({}, {}, { conditions: [condition('Approved'), condition('Failed')] })],
    ['nothing', csr({}, {}, { ...approved, certificate: 'eA==' })],
    ['nothing', csr({}, { signerName: 'kubernetes.io/kubelet-serving' }, approved)],
    ['nothing', csr({}, { signerName: 'example.com/x' }, approved)],
  ])('%s: %#', (action, request) => {
    expect(planSigning(request).action).toBe(action);
  });

  it.each([
    ['subject organization is not system:nodes', csr({ organizations: ['system:masters'] }, {}, approved)],
    ['subject common name does not begin with system:node:', csr({ commonName: 'admin' }, {}, approved)],
    ['usages did not match [client auth digital signature key encipherment]', csr({}, { usages: ['client auth'] }, approved)],
    ['invalid usage for client certificate: server auth', csr({}, { signerName: CLIENT_SIGNER, usages: ['client auth', 'server auth'] }, approved)],
    ['invalid usage for client certificate: cert sign', csr({}, { signerName: CLIENT_SIGNER, usages: ['cert sign', 'client auth'] }, approved)],
    ['missing required usage for client certificate: client auth', csr({}, { signerName: CLIENT_SIGNER, usages: ['digital signature'] }, approved)],
  ])('is not %s', (message, request) => {
    expect(planSigning(request)).toEqual({ action: 'fail', condition: { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message } });
  });

  it.each([
    [undefined, 365 * 24 * HOUR - 300_000],
    [2 * 365 * 24 * 3600, 365 * 24 * HOUR - 300_000],
    [86_400, 24 * HOUR - 300_000],
    [3_600, HOUR],
    [60, 600_000],
  ])('lasts, where %s seconds are asked for, %i milliseconds', (seconds, duration) => {
    expect(certificateTimes(seconds, 0)).toEqual({ notBefore: -300_000, notAfter: duration });
  });
});

describe('a request is kept', () => {
  const begin = Date.parse(BEGIN);
  it.each([
    ['a day while nobody decides', {}, 24 * HOUR],
    ['an hour after it was denied', { conditions: [condition('Denied')] }, HOUR],
    ['an hour after it failed', { conditions: [condition('Approved'), condition('Failed')] }, HOUR],
    ['an hour after it was approved, once it has its certificate', { conditions: [condition('Approved')], certificate: 'eA==' }, HOUR],
    ['as long as its signer needs', { conditions: [condition('Approved')] }, Infinity],
  ])('%s', (_name, status, after) => {
    expect(cleaningDeadline(csr({}, {}, status)) - begin).toBe(after);
  });
});

describe('the controllers', () => {
  const open: TestCluster[] = [];
  afterEach(async () => {
    for (const cluster of open.splice(0)) expect(await cluster.close()).toBe(0);
  });

  async function scene(request: SigningRequest, withAuthority = true) {
    const cluster = createTestCluster([request]);
    open.push(cluster);
    const authority = await createAuthority('test', 365, cluster.clock.now());
    await cluster.start(withAuthority ? { authority } : {});
    const status = () => cluster.client.objects(CERTIFICATESIGNINGREQUESTS)[0]?.status;
    return { cluster, authority, status };
  }

  it('sign what was approved, and take it away when it was read', async () => {
    const { cluster, authority, status } = await scene(csr({ commonName: 'bob', organizations: ['dev'] }, { signerName: CLIENT_SIGNER, expirationSeconds: 3600 }, { conditions: [condition('Approved')] }));
    await expect.poll(async () => {
      await cluster.clock.advanceAndSettle(10);
      return status()?.certificate;
    }).toBeDefined();
    const certificate = new X509Certificate(Buffer.from(status()!.certificate!, 'base64'));
    expect([certificate.subject, certificate.verify(new X509Certificate(authority.certificate).publicKey), certificate.checkPrivateKey(privateKey)]).toEqual(['O=dev\nCN=bob', true, true]);
    await cluster.clock.advanceAndSettle(HOUR);
    expect(cluster.client.objects(CERTIFICATESIGNINGREQUESTS)).toEqual([]);
  });

  it('say in the request why it is not signed', async () => {
    const { cluster, status } = await scene(csr({ organizations: ['system:masters'] }, {}, { conditions: [condition('Approved')] }));
    await cluster.clock.advanceAndSettle(100);
    expect(status()).toMatchObject({ conditions: [{ type: 'Approved' }, { type: 'Failed', message: 'subject organization is not system:nodes' }] });
    expect(status()?.certificate).toBeUndefined();
  });

  it('without the key of the authority sign nothing', async () => {
    const { cluster, status } = await scene(csr({}, {}, { conditions: [condition('Approved')] }), false);
    await cluster.clock.advanceAndSettle(1000);
    expect(status()).toEqual({ conditions: [condition('Approved')] });
  });
});
