import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { ApiTransport } from '@gantry/client';
import { createAuthority } from '@gantry/platform/pki';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';
import { createKeyRing } from './keys.js';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const pem = (): string => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;
const keys = { current: pem(), former: pem(), foreign: pem() };

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi({ serviceAccounts: { issuer: ISSUER, keys: [keys.current, keys.former] } });
  await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
  await test.call('POST', '/api/v1/nodes', { metadata: { name: 'n1' } });
  for (const name of ['default', 'app']) await test.call('POST', '/api/v1/namespaces/n/serviceaccounts', { metadata: { name } });
});
afterAll(() => test.stop());

const ask = (account: string, spec: object = {}): Promise<TestAnswer> => test.call('POST', `/api/v1/namespaces/n/serviceaccounts/${account}/token`, { spec });
const tokenOf = async (account: string, spec: object = {}): Promise<string> => (await ask(account, spec)).body.status.token as string;
const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const whoAmI = (token: string): Promise<TestAnswer> => test.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, as(token), test.anonymous());
const review = async (token: string, audiences?: string[]): Promise<TestAnswer['body']> => (await test.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, audiences } })).body.status;
const claimsOf = (token: string): Record<string, any> => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()); // oxlint-disable-line typescript/no-explicit-any -- claims have every shape
const headOf = (token: string): Record<string, string> => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());

async function runPod(name: string, spec: object = {}): Promise<TestAnswer['body']> {
  const { body, status } = await test.call('POST', '/api/v1/namespaces/n/pods', { metadata: { name }, spec: { serviceAccountName: 'app', containers: [{ name: 'c', image: 'i' }], ...spec } });
  expect([status, body.message]).toEqual([201, undefined]);
  return body;
}
const bound = (name: string, uid?: string): object => ({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } });
const remove = (path: string): Promise<TestAnswer> => test.call('DELETE', `${path}?gracePeriodSeconds=0`);

describe('a token request', () => {
  it('answers a token for this API and an hour where nothing is said', async () => {
    const { status, body } = await ask('app');
    const claims = claimsOf(body.status.token);
    expect([status, body.kind, body.spec]).toEqual([201, 'TokenRequest', { audiences: [ISSUER], expirationSeconds: 3600 }]);
    expect(claims).toMatchObject({ iss: ISSUER, sub: 'system:serviceaccount:n:app', aud: [ISSUER], 'kubernetes.io': { namespace: 'n', serviceaccount: { name: 'app' } } });
    expect(claims['exp'] - claims['iat']).toBe(3600);
    expect(Date.parse(body.status.expirationTimestamp)).toBe(claims['exp'] * 1000);
    expect(headOf(body.status.token)).toEqual({ alg: 'RS256', kid: createKeyRing([keys.current]).signing.id });
  });

  it('binds to a pod and tells of its node; the own token of a pod lives for a year and is renewed hourly', async () => {
    const { metadata } = await runPod('on-n1');
    await test.call('POST', '/api/v1/namespaces/n/pods/on-n1/binding', { target: { kind: 'Node', name: 'n1' } });
    const nodeUid = (await test.call('GET', '/api/v1/nodes/n1')).body.metadata.uid;
    const { body } = await ask('app', { ...bound('on-n1', metadata.uid), expirationSeconds: 3607 });
    const claims = claimsOf(body.status.token);
    expect(claims['kubernetes.io']).toMatchObject({ pod: { name: 'on-n1', uid: metadata.uid }, node: { name: 'n1', uid: nodeUid }, warnafter: claims['iat'] + 3607 });
    expect([claims['exp'] - claims['iat'], Date.parse(body.status.expirationTimestamp) / 1000 - claims['iat']]).toEqual([365 * 86_400, 3607]);
    const { username, groups, extra } = (await whoAmI(body.status.token)).body.status.userInfo;
    expect([username, groups]).toEqual(['system:serviceaccount:n:app', ['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated']]);
    expect(extra).toEqual({
      'authentication.kubernetes.io/credential-id': [`JTI=${claims['jti']}`],
      'authentication.kubernetes.io/node-name': ['n1'], 'authentication.kubernetes.io/node-uid': [nodeUid],
      'authentication.kubernetes.io/pod-name': ['on-n1'], 'authentication.kubernetes.io/pod-uid': [metadata.uid],
    });
  });

  it.each([
    ['too short a time', 'app', { expirationSeconds: 599 }, 422, 'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes'],
    ['too long a time', 'app', { expirationSeconds: 2 ** 32 + 1 }, 422, 'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds'],
    ['no such account', 'nobody', {}, 404, 'serviceaccounts "nobody" not found'],
    ['no such pod', 'app', bound('none'), 404, 'pods "none" not found'],
    ['another kind', 'app', { boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'x' } }, 400, 'cannot bind token for serviceaccount "app" to object of type /v1, Kind=ConfigMap'],
  ])('is refused for %s', async (_what, account, spec, status, message) => {
    const answer = await ask(account, spec);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  });

  it('is refused to who may not make tokens, the account itself too', async () => {
    const path = '/api/v1/namespaces/n/serviceaccounts/app/token';
    const answers = [await test.call('POST', path, {}, {}, await test.transportFor('mallory', [])), await test.call('POST', path, {}, as(await tokenOf('app')), test.anonymous())];
    expect(answers.map(({ status, body }) => [status, body.message])).toEqual(['mallory', 'system:serviceaccount:n:app'].map((user) => [403, `serviceaccounts "app" is forbidden: User "${user}" cannot create resource "serviceaccounts/token" in API group "" in the namespace "n"`]));
  });

  it('is refused for a pod of another account, and for one of another uid', async () => {
    await runPod('other', { serviceAccountName: 'default' });
    await runPod('mine');
    expect((await ask('app', bound('other'))).body.message).toBe('cannot bind token for serviceaccount "app" to pod running with different serviceaccount name.');
    const { status, body } = await ask('app', bound('mine', 'x'));
    expect([status, body.message]).toEqual([409, 'Operation cannot be fulfilled on Pod "mine": the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated']);
  });
});

describe('a token that proves nothing', () => {
  const sign = (pemKey: string, changes: object = {}, head: object = {}): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: ISSUER, sub: 'system:serviceaccount:n:app', aud: [ISSUER], iat: now, nbf: now, exp: now + 600, 'kubernetes.io': { namespace: 'n', serviceaccount: { name: 'app', uid: appUid } }, ...changes };
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: createKeyRing([pemKey]).signing.id, ...head }).sign(createPrivateKey(pemKey));
  };
  let appUid: string;
  beforeAll(async () => {
    appUid = (await test.call('GET', '/api/v1/namespaces/n/serviceaccounts/app')).body.metadata.uid;
  });
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = async (): Promise<string> => (await sign(keys.current)).split('.')[1]!;
  const now = Math.floor(Date.now() / 1000);

  it.each<readonly [string, () => Promise<string>]>([
    ['for another audience', () => tokenOf('app', { audiences: ['vault'] })],
    ['that has expired', () => sign(keys.current, { exp: now - 61 })],
    ['that is not yet good', () => sign(keys.current, { nbf: now + 120 })],
    ['without expiry', () => sign(keys.current, { exp: undefined })],
    ['of another issuer', () => sign(keys.current, { iss: 'https://elsewhere' })],
    ['of another uid of its account', () => sign(keys.current, { 'kubernetes.io': { namespace: 'n', serviceaccount: { name: 'app', uid: 'x' } } })],
    ['without an account', () => sign(keys.current, { 'kubernetes.io': undefined })],
    ['by an unknown key', () => sign(keys.foreign)],
    ['by an unknown key under a known id', () => sign(keys.foreign, {}, { kid: createKeyRing([keys.current]).signing.id })],
    ['without a key id', () => sign(keys.current, {}, { kid: undefined })],
    ['by a known key under the id of another', () => sign(keys.former, {}, { kid: createKeyRing([keys.current]).signing.id })],
    ['under another algorithm of its key', () => sign(keys.current, {}, { alg: 'PS256' })],
    ['of alg none', async () => `${part({ alg: 'none', kid: createKeyRing([keys.current]).signing.id })}.${await payload()}.`],
    ['signed with the public key as a secret', async () => {
      const body = `${part({ alg: 'HS256', kid: createKeyRing([keys.current]).signing.id })}.${await payload()}`;
      const secret = createPublicKey(keys.current).export({ type: 'spki', format: 'pem' });
      return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
    }],
    ['whose claims were changed', async () => {
      const [head, , signature] = (await sign(keys.current)).split('.');
      return `${head}.${part({ ...claimsOf(`.${await payload()}`), sub: 'system:serviceaccount:n:default' })}.${signature}`;
    }],
    ['that is no token', () => Promise.resolve('a.b.c')],
  ])('is one %s', async (_what, make) => {
    const { status, body } = await whoAmI(await make());
    expect([status, body.kind, body.reason, body.message]).toEqual([401, 'Status', 'Unauthorized', 'Unauthorized']);
  });

  it('is none of these by mistake: the same way of making one gives a good one, also with a former key', async () => {
    expect((await whoAmI(await sign(keys.current))).status).toBe(201);
    expect((await whoAmI(await sign(keys.former))).status).toBe(201);
    expect((await whoAmI(await sign(keys.current, { exp: now - 30 }))).status).toBe(201);
  });

  it('is one whose pod is gone, also when another has its name by now', async () => {
    const first = await runPod('again');
    const token = await tokenOf('app', bound('again', first.metadata.uid));
    expect((await whoAmI(token)).status).toBe(201);
    await remove('/api/v1/namespaces/n/pods/again');
    expect((await whoAmI(token)).status).toBe(401);
    await runPod('again');
    expect((await whoAmI(token)).status).toBe(401);
    expect((await review(token)).error).toMatch(/^pod UID \(.*\) does not match service account pod ref claim \(.*\)$/);
  });

  it('is one whose secret or node is gone', async () => {
    const { uid } = (await test.call('POST', '/api/v1/namespaces/n/secrets', { metadata: { name: 's' } })).body.metadata;
    await test.call('POST', '/api/v1/nodes', { metadata: { name: 'gone' } });
    const tokens = [await tokenOf('app', { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's', uid } }), await tokenOf('app', { boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'gone' } })];
    for (const token of tokens) expect((await whoAmI(token)).status).toBe(201);
    await remove('/api/v1/namespaces/n/secrets/s');
    await remove('/api/v1/nodes/gone');
    for (const token of tokens) expect([(await whoAmI(token)).status, (await review(token)).error]).toEqual([401, 'service account token has been invalidated']);
  });

  it('is one whose account is gone, also when another has its name by now', async () => {
    await test.call('POST', '/api/v1/namespaces/n/serviceaccounts', { metadata: { name: 'brief' } });
    const token = await tokenOf('brief');
    expect((await whoAmI(token)).status).toBe(201);
    await remove('/api/v1/namespaces/n/serviceaccounts/brief');
    expect((await whoAmI(token)).status).toBe(401);
    await test.call('POST', '/api/v1/namespaces/n/serviceaccounts', { metadata: { name: 'brief' } });
    expect((await whoAmI(token)).status).toBe(401);
  });
});

describe('a header that is no bearer token', () => {
  it.each(['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer ', 'x'])('is %j', async (authorization) => {
    expect((await test.call('GET', '/livez', undefined, { authorization }, test.anonymous())).status).toBe(401);
  });
});

describe('a token beside a certificate', () => {
  const me = async (transport: ApiTransport, token: string): Promise<unknown[]> => {
    const { status, body } = await test.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, as(token), transport);
    return [status, body.status.userInfo?.username];
  };

  it('counts where the certificate proves nothing, and not where it does', async () => {
    const stranger = await test.transportFor('mallory', [], await createAuthority('other', 1, Date.now()));
    expect(await me(stranger, await tokenOf('app'))).toEqual([201, 'system:serviceaccount:n:app']);
    expect(await me(stranger, 'x')).toEqual([401, undefined]);
    expect(await me(await test.transportFor('alice', []), await tokenOf('app'))).toEqual([201, 'alice']);
  });
});

describe('a token review', () => {
  it('says whose a token is, for the audiences that are asked about', async () => {
    const token = await tokenOf('app', { audiences: ['vault', 'x'] });
    expect(await review(token, ['vault', 'y'])).toMatchObject({ authenticated: true, audiences: ['vault'], user: { username: 'system:serviceaccount:n:app', groups: ['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated'] } });
    const status = await review(token);
    expect([status.authenticated, status.error]).toEqual([undefined, `token audiences ["vault" "x"] is invalid for the target audiences ["${ISSUER}"]`]);
    expect((await review('nonsense')).error).toBe('invalid bearer token');
  });

  it('is a create and nothing else, and needs a token', async () => {
    expect((await test.call('GET', '/apis/authentication.k8s.io/v1/tokenreviews')).status).toBe(405);
    expect((await test.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: {} })).body.message).toBe('token is required for TokenReview in authentication');
    const { resources } = (await test.call('GET', '/apis/authentication.k8s.io/v1')).body;
    expect(resources.find(({ name }: { name: string }) => name === 'tokenreviews')).toEqual({ name: 'tokenreviews', singularName: 'tokenreview', namespaced: false, kind: 'TokenReview', verbs: ['create'] });
  });

  it('is not for everybody', async () => {
    const { status, body } = await test.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } }, as(await tokenOf('app')), test.anonymous());
    expect([status, body.message]).toEqual([403, 'tokenreviews.authentication.k8s.io is forbidden: User "system:serviceaccount:n:app" cannot create resource "tokenreviews" in API group "authentication.k8s.io" at the cluster scope']);
  });
});

describe('issuer discovery', () => {
  const paths = ['/.well-known/openid-configuration', '/openid/v1/jwks'];

  it('tells service accounts how to check tokens', async () => {
    const headers = as(await tokenOf('app'));
    const [configuration, jwks] = await Promise.all(paths.map((path) => test.admin.send({ method: 'GET', path, headers })));
    expect(JSON.parse(Buffer.from(configuration!.body).toString())).toEqual({ issuer: ISSUER, jwks_uri: 'https://127.0.0.1:6443/openid/v1/jwks', response_types_supported: ['id_token'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] });
    const ids = (JSON.parse(Buffer.from(jwks!.body).toString()) as { keys: { kid: string; use: string; d?: string }[] }).keys;
    expect(ids.map(({ kid, use, d }) => [kid, use, d])).toEqual([keys.current, keys.former].map((key) => [createKeyRing([key]).signing.id, 'sig', undefined]));
    expect([configuration!.headers['content-type'], jwks!.headers['content-type'], jwks!.headers['cache-control']]).toEqual(['application/json', 'application/jwk-set+json', 'public, max-age=3600']);
    for (const path of paths) expect((await test.call('GET', path, undefined, headers, test.anonymous())).status).toBe(200);
  });

  it('is refused to others', async () => {
    const mallory = await test.transportFor('mallory', []);
    for (const path of paths) {
      expect((await test.call('GET', path, undefined, {}, mallory)).status).toBe(403);
      expect((await test.call('GET', path, undefined, {}, test.anonymous())).status).toBe(401);
    }
  });
});
