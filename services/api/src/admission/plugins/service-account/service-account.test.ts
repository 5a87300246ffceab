import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test-api.suite.js';
import type { TestAnswer, TestApi } from '../../../test-api.suite.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi({ serviceAccounts: { issuer: 'https://issuer', keys: [privateKey] } });
  await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
  for (const account of [{ metadata: { name: 'default' }, imagePullSecrets: [{ name: 'pull' }] }, { metadata: { name: 'app' } }, { metadata: { name: 'closed' }, automountServiceAccountToken: false }]) {
    await test.call('POST', '/api/v1/namespaces/n/serviceaccounts', account);
  }
});
afterAll(() => test.stop());

let count = 0;
const run = (spec: object, metadata: object = {}, namespace = 'n'): Promise<TestAnswer> =>
  test.call('POST', `/api/v1/namespaces/${namespace}/pods`, { metadata: { name: `p${String(++count)}`, ...metadata }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });
const PLACE = '/var/run/secrets/kubernetes.io/serviceaccount';
const mountsOf = (container: { volumeMounts?: { name: string; mountPath: string }[] }): string[] => (container.volumeMounts ?? []).map(({ name, mountPath }) => `${name.replace(/-.{5}$/, '-?')} ${mountPath}`);

describe('a pod', () => {
  it('gets the token of its account in every container that has nothing there', async () => {
    const { body } = await run({ initContainers: [{ name: 'i', image: 'i' }], containers: [{ name: 'c', image: 'i' }, { name: 'd', image: 'i', volumeMounts: [{ name: 'own', mountPath: PLACE }] }], volumes: [{ name: 'own', emptyDir: {} }] });
    const [own, added] = body.spec.volumes;
    expect([body.spec.serviceAccountName, body.spec.serviceAccount, own.name]).toEqual(['default', 'default', 'own']);
    expect(added.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(added.projected).toEqual({
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
    });
    expect([...body.spec.initContainers, ...body.spec.containers].map(mountsOf)).toEqual([[`kube-api-access-? ${PLACE}`], [`kube-api-access-? ${PLACE}`], [`own ${PLACE}`]]);
    expect(body.spec.containers[0].volumeMounts[0].readOnly).toBe(true);
  });

  it.each([
    ['its account says no', { serviceAccountName: 'closed' }, 0],
    ['it says yes itself', { serviceAccountName: 'closed', automountServiceAccountToken: true }, 1],
    ['it says no itself', { serviceAccountName: 'app', automountServiceAccountToken: false }, 0],
    ['it has such a volume already', { serviceAccountName: 'app', volumes: [{ name: 'kube-api-access-mine', emptyDir: {} }] }, 1],
  ])('where %s', async (_what, spec, volumes) => {
    expect(((await run(spec)).body.spec.volumes ?? []).length).toBe(volumes);
  });

  it('gets the pull secrets of its account, unless it has its own', async () => {
    expect((await run({})).body.spec.imagePullSecrets).toEqual([{ name: 'pull' }]);
    expect((await run({ imagePullSecrets: [{ name: 'mine' }] })).body.spec.imagePullSecrets).toEqual([{ name: 'mine' }]);
    expect((await run({ serviceAccountName: 'app' })).body.spec.imagePullSecrets).toBeUndefined();
  });

  it('of an account that does not exist is refused', async () => {
    const { status, body } = await run({ serviceAccountName: 'x' }, { name: 'lost' });
    expect([status, body.message]).toEqual([403, 'pods "lost" is forbidden: error looking up service account n/x: serviceaccount "x" not found']);
  });

  it('waits for the default account of a new namespace', async () => {
    await test.call('POST', '/api/v1/namespaces', { metadata: { name: 'fresh' } });
    const creating = run({}, {}, 'fresh');
    await test.call('POST', '/api/v1/namespaces/fresh/serviceaccounts', { metadata: { name: 'default' } });
    expect((await creating).status).toBe(201);
  });

  it('that mirrors what a node runs is left as it is, and names nothing', async () => {
    const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' } };
    expect((await run({ serviceAccountName: 'app' }, mirror)).body.message).toMatch(/a mirror pod may not reference service accounts$/);
    expect((await run({ volumes: [{ name: 's', secret: { secretName: 's' } }] }, mirror)).body.message).toMatch(/a mirror pod may not reference secrets$/);
    expect((await run({ nodeName: 'n1' }, mirror)).body.spec.volumes).toBeUndefined();
  });
});
