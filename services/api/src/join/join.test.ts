import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { newCertificateRequest, rfc3339Micro } from '@gantry/apimachinery';
import { createBusTransport, nodeProofText } from '@gantry/client';
import type { ApiTransport } from '@gantry/client';
import { createAuthority, signCertificateRequest } from '@gantry/platform/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askByMessage } from '../../../../libs/client/src/bus/bus-wire.suite.js';
import { startTestApi } from '../test-api.suite.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';

const csrs = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const USER_KEY = `U${'A'.repeat(55)}`;
const HOUR = 3_600_000;
let test: TestApi;
let joining: ApiTransport;
const issued: unknown[][] = [];
const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

beforeAll(async () => {
  test = await startTestApi({
    issueNodeToken: (...args) => {
      issued.push(args);
      return Promise.resolve(`token of ${args[0]}`);
    },
  });
  joining = createBusTransport({ bus: test.bus, subjectPrefix: 'api.join.node' });
});
afterAll(() => test.stop());

function csr(nodeName: string, key: KeyObject, name = `node-csr-${randomUUID()}`, organizations = ['system:nodes']): { metadata: { name: string }; spec: { request: string } } {
  const pem = newCertificateRequest(key, { commonName: `system:node:${nodeName}`, organizations });
  return { ...{ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' }, metadata: { name }, spec: { ...{ signerName: KUBELET, usages: ['client auth', 'digital signature'] }, request: Buffer.from(pem).toString('base64') } };
}
const ask = (nodeName: string, key: KeyObject, as = joining, query = ''): Promise<TestAnswer> => test.call('POST', `${csrs}${query}`, csr(nodeName, key), {}, as);

/** As the controllers would sign it. */
function certificateFor(nodeName: string, key: KeyObject, authority = test.authority): Promise<string> {
  const now = Date.now();
  return signCertificateRequest(authority, newCertificateRequest(key, { commonName: `system:node:${nodeName}`, organizations: ['system:nodes'] }), { usages: ['client auth', 'digital signature'], notBefore: now - HOUR, notAfter: now + HOUR });
}

// oxlint-disable-next-line typescript/no-explicit-any -- answers have every shape
async function request(subject: string, body: unknown): Promise<any> {
  const { data } = await test.bus.request(subject, Buffer.from(JSON.stringify(body)), { timeoutMs: 10_000 });
  return JSON.parse(Buffer.from(data).toString());
}

interface Shown {
  readonly certificate: string;
  readonly key: KeyObject;
  readonly as?: string;
  readonly changes?: Record<string, unknown>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- answers have every shape
async function show({ certificate, key, as = 'api.join.node', changes = {} }: Shown): Promise<any> {
  const { challenge } = (await request(`${as}.challenge`, {})) as { challenge: string };
  const signature = sign('sha256', nodeProofText(challenge, USER_KEY), key).toString('base64');
  return request(`${as}.credentials`, { certificate, challenge, userKey: USER_KEY, signature, ...changes });
}

/** The node's lease, renewed this long ago. */
async function live(nodeName: string, ago = 0): Promise<void> {
  await test.call('POST', leases, { metadata: { name: nodeName }, spec: { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime: rfc3339Micro(Date.now() - ago) } });
}

describe('a node that joins', () => {
  it('asks for its certificate, reads the request, and may do nothing else', async () => {
    const request = csr('reader', newKey());
    const { status, body } = await test.call('POST', csrs, request, {}, joining);
    expect([status, body.spec.username, body.spec.groups]).toEqual([201, 'system:bootstrap:compose', ['system:bootstrappers']]);
    expect((await test.call('GET', `${csrs}/${request.metadata.name}`, undefined, {}, joining)).status).toBe(200);
  });

  it.each([
    ['GET', csrs], ['GET', `${csrs}?watch=true`], ['GET', `${csrs}/other`], ['DELETE', `${csrs}/node-csr-x`], ['PATCH', `${csrs}/node-csr-x`], ['PUT', `${csrs}/node-csr-x/approval`], ['PUT', `${csrs}/node-csr-x/status`],
    ['GET', '/api/v1/nodes'], ['POST', '/api/v1/nodes'], ['GET', '/api/v1/nodes/n1'], ['GET', '/api/v1/namespaces/default/secrets/x'], ['POST', leases], ['GET', '/api'], ['POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews'],
  ])('may not %s %s', async (method, pathAndQuery) => {
    const [path = '', query = ''] = pathAndQuery.split('?');
    const answer = await askByMessage(test.bus, 'api.join.node', { method: method as 'GET', path, query, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') });
    expect(answer.status).toBe(403);
  });

  it('opens no streams, whose pieces it may not send', async () => {
    await expect(test.bus.openStream('api.join.node.stream', { timeoutMs: 10_000 })).rejects.toMatchObject({ code: 'no-responders' });
  });

  it('is let in as the node of its certificate, until that ends, when it shows its key', async () => {
    const key = newKey();
    expect((await ask('n1', key)).status).toBe(201);
    const answer = await show({ certificate: await certificateFor('n1', key), key });
    expect(answer).toEqual({ token: 'token of n1', expires: expect.any(Number) });
    expect(issued.at(-1)).toEqual(['n1', USER_KEY, answer.expires]);
    expect(Math.abs(answer.expires * 1000 - Date.now() - HOUR)).toBeLessThan(60_000);
  });

  it.each([
    ['without the key', 'the signature is not by the key', () => ({ signature: sign('sha256', Buffer.from('x'), newKey()).toString('base64') })],
    ['with an old challenge', 'the challenge is not known', () => ({ challenge: 'kz.x.y' })],
    ['with the signature for another user', 'the signature is not by the key', () => ({ userKey: `U${'B'.repeat(55)}` })],
    ['for a user key that is none', 'userKey is no public key', () => ({ userKey: 'U' })],
    ['with nothing', 'certificate, challenge, userKey and signature must be texts', () => ({ certificate: undefined })],
    ['with an authority’s certificate', 'not', () => ({ certificate: test.authority.certificate })],
  ])('is not let in %s', async (_name, message, changes) => {
    const key = newKey();
    const answer = await show({ certificate: await certificateFor('n2', key), key, changes: changes() });
    expect(answer).toMatchObject({ kind: 'Status', status: 'Failure' });
    expect(answer.message).toContain(message);
  });

  it('is not let in with a certificate of another authority', async () => {
    const [key, other] = [newKey(), await createAuthority('test-ca', 10, Date.now())];
    expect(await show({ certificate: await certificateFor('n2', key, other), key })).toMatchObject({ code: 401, message: 'the certificate is of another authority' });
  });
});

describe('the name of a node that lives', () => {
  it('is refused to every other key, at the request as when its certificate is shown', async () => {
    const [key, thief] = [newKey(), newKey()];
    await ask('alive', key);
    await show({ certificate: await certificateFor('alive', key), key });
    await live('alive');
    const refused = await ask('alive', thief);
    expect([refused.status, refused.body.message]).toEqual([409, 'Operation cannot be fulfilled on nodes "alive": a node of this name lives and has another key']);
    expect((await ask('alive', thief, joining, '?dryRun=All')).status).toBe(409);
    expect(await show({ certificate: await certificateFor('alive', thief), key: thief })).toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await ask('alive', key)).status).toBe(201);
    expect(await show({ certificate: await certificateFor('alive', key), key })).toMatchObject({ token: 'token of alive' });
  });

  it('is refused even where its key is not known', async () => {
    await live('elder');
    expect((await ask('elder', newKey())).status).toBe(409);
  });

  it('is free when the node has ended', async () => {
    await live('gone', 41_000);
    expect((await ask('gone', newKey())).status).toBe(201);
  });

  it('goes to one of many that ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('wanted', newKey())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  it('is not taken by a dry run', async () => {
    expect((await ask('dry', newKey(), joining, '?dryRun=All')).status).toBe(201);
    expect((await ask('dry', newKey())).status).toBe(201);
  });
});

describe('a node', () => {
  it('renews over its own connection, with its key, under its name alone', async () => {
    const [key, other] = [newKey(), newKey()];
    await ask('renewing', key);
    await show({ certificate: await certificateFor('renewing', key), key });
    await live('renewing');
    const own = createBusTransport({ bus: test.bus, subjectPrefix: 'api.node.renewing' });
    expect((await ask('renewing', key, own)).status).toBe(201);
    expect((await ask('renewing', other, own)).body.message).toContain('node "renewing" has another key');
    expect((await ask('n1', key, own)).body.message).toContain('can only create a node CSR with CN=system:node:renewing');
    expect(await show({ certificate: await certificateFor('renewing', key), key, as: 'api.node.renewing' })).toMatchObject({ token: 'token of renewing' });
    expect(await show({ certificate: await certificateFor('other', other), key: other, as: 'api.node.renewing' })).toMatchObject({ code: 401 });
  });

  it.each(['a/b', '', 'A', '../secrets'])('cannot be called %j', async (name) => {
    expect((await ask(name, newKey())).status).toBe(403);
  });
});
