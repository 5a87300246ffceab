import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { run, runOk } from './kit/run.js';

/** A user gets a certificate as Kubernetes' documentation says: asked for with openssl, approved by an administrator, signed by the cluster. */
const programs = ['1.27', '1.33'].map((version) => ({ version, program: findKubectl(version) }));
const missing = programs.filter(({ program }) => program === undefined).map(({ version }) => version);
const openssl = await run('openssl', ['version']).then(({ code }) => code === 0, () => false);
const skip = missing.length > 0 ? `this machine has no kubectl ${missing.join(', ')}` : openssl ? undefined : 'this machine has no openssl';

describe.skipIf(skip !== undefined)(`a user’s certificate${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  let gantry: Gantry;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-e2e-csr-'));
    gantry = await gantryIn(`certificates-${process.pid}`);
    await gantry('up', '--detach', '--runtime', 'hollow', '--nodes', '1');
  });
  afterAll(async () => {
    await gantry?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const request = async (user: string): Promise<string> => {
    await runOk('openssl', ['req', '-new', '-nodes', '-newkey', 'rsa:2048', '-keyout', join(folder, `${user}.key`), '-subj', `/O=team/CN=${user}`, '-out', join(folder, `${user}.csr`)]);
    const pem = await readFile(join(folder, `${user}.csr`));
    return JSON.stringify({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: user }, spec: { request: pem.toString('base64'), signerName: 'kubernetes.io/kube-apiserver-client', expirationSeconds: 86_400, usages: ['client auth'] } });
  };

  it.each(programs)('is asked for, approved, signed, and lets the user in with what roles give him: kubectl $version', async ({ version, program }) => {
    const kubectl: Kubectl = kubectlOf(program!, version, gantry.kubeconfig);
    const user = `jane-${version.replace('.', '-')}`;
    await kubectl.input(await request(user), 'create', '-f', '-');
    expect(await kubectl('get', 'csr', user)).toMatch(/ kubernetes-admin +24h +Pending\n$/);
    await kubectl('certificate', 'approve', user);
    await expect.poll(() => kubectl('get', 'csr', user), { timeout: 20_000 }).toMatch(/ Approved,Issued\n$/);
    const certificate = Buffer.from(await kubectl('get', 'csr', user, '-o', 'jsonpath={.status.certificate}'), 'base64');
    await writeFile(join(folder, `${user}.crt`), certificate);
    const asUser = ['--client-certificate', join(folder, `${user}.crt`), '--client-key', join(folder, `${user}.key`), '--user', user];
    await kubectl('config', 'set-credentials', user, '--client-certificate', join(folder, `${user}.crt`), '--client-key', join(folder, `${user}.key`));
    expect((await kubectl.try(['get', 'pods', ...asUser])).stderr).toContain(`User "${user}" cannot list resource "pods"`);
    await kubectl('create', 'rolebinding', user, '--clusterrole=view', `--user=${user}`);
    await expect.poll(async () => (await kubectl.try(['get', 'pods', ...asUser])).code, { timeout: 10_000 }).toBe(0);
  });

  it('is not given where an administrator denies it', async () => {
    const kubectl = kubectlOf(programs[1]!.program!, '1.33', gantry.kubeconfig);
    await kubectl.input(await request('mallory'), 'create', '-f', '-');
    await kubectl('certificate', 'deny', 'mallory');
    expect(await kubectl('get', 'csr', 'mallory')).toMatch(/ Denied\n$/);
  });
});
