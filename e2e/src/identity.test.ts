import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { placesOf, readKubeconfigEntry } from '@gantry/cluster/lifecycle';
import { createHttpsTransport } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { runtimeReason } from './kit/images.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { runtimeUnderTest } from './kit/standalone-form.js';

/** Who a program in a pod is to the API: it finds the API and who it is where every client library looks for them. */
const IMAGE = 'node:24-bookworm-slim';
const reason = await runtimeReason(runtimeUnderTest(), [IMAGE]);
const program = findKubectl('1.33');

/** Asks the API for pods and secrets with the pod's own token, by the API's name and the cluster's authority, and writes the two codes. */
const ASK = `
const { readFileSync } = require('node:fs');
const { get } = require('node:https');
const at = '/var/run/secrets/kubernetes.io/serviceaccount/';
const [ca, token, namespace] = ['ca.crt', 'token', 'namespace'].map((name) => readFileSync(at + name, 'utf8'));
const ask = (resource) => new Promise((resolve, reject) => get({ host: 'kubernetes.default.svc', path: '/api/v1/namespaces/' + namespace + '/' + resource, ca, headers: { authorization: 'Bearer ' + token } }, (answer) => resolve(answer.resume().statusCode)).on('error', reject));
Promise.all(['pods', 'secrets'].map(ask)).then((codes) => console.log(codes.join(' ')));
`;

const pod = (name: string): string => JSON.stringify({
  apiVersion: 'v1', kind: 'Pod', metadata: { name },
  spec: { serviceAccountName: 'app', restartPolicy: 'Never', containers: [{ name: 'c', image: IMAGE, command: ['node', '-e', ASK] }] },
});

const skip = reason ?? (program === undefined ? 'this machine has no kubectl 1.33' : undefined);

describe.skipIf(skip !== undefined)(`a pod at the API${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  beforeAll(async () => {
    gantry = await gantryIn(`identity-${process.pid}`);
    await gantry('up', '--detach', '--nodes', '1');
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    await kubectl('create', 'serviceaccount', 'app');
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  const codesOf = async (name: string): Promise<string> => {
    await kubectl.input(pod(name), 'apply', '-f', '-');
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${name}`, '--timeout=90s');
    return (await kubectl('logs', name)).trim();
  };

  /** What the API answers to a token, over HTTPS without a certificate. */
  const statusOf = async (token: string): Promise<number> => {
    const { server, certificateAuthority: ca } = readKubeconfigEntry(await readFile(gantry.kubeconfig, 'utf8'), gantry.kubeconfig);
    const transport = createHttpsTransport({ server, ca });
    try {
      return (await transport.send({ method: 'GET', path: '/api', headers: { authorization: `Bearer ${token}` } })).status;
    } finally {
      await transport.close();
    }
  };

  it('is known, and may what its account may', async () => {
    expect(await codesOf('before')).toBe('403 403');
    await kubectl('create', 'rolebinding', 'app', '--clusterrole=view', '--serviceaccount=default:app');
    expect(await codesOf('after')).toBe('200 403');
  });

  it('stays known when the key of tokens is changed, until the former key is taken away', async () => {
    const token = (await kubectl('create', 'token', 'app', '--duration=1h')).trim();
    const folder = placesOf(gantry.home, gantry.cluster).certificates;
    const restart = async (change: () => Promise<void>): Promise<void> => {
      await gantry('stop');
      await change();
      await gantry('start');
    };
    expect(await statusOf(token)).toBe(200);
    await restart(() => rename(join(folder, 'sa.key'), join(folder, 'sa-former.key')));
    expect([await statusOf(token), await statusOf((await kubectl('create', 'token', 'app')).trim())]).toEqual([200, 200]);
    await restart(() => rm(join(folder, 'sa-former.key')));
    expect(await statusOf(token)).toBe(401);
  });
});
