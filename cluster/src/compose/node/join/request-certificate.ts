import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { certificatesV1 } from '@gantry/api-types';
import { newCertificateRequest } from '@gantry/apimachinery';
import { backoffDelay, delay } from '@gantry/async';
import type { Clock } from '@gantry/async';
import { CERTIFICATESIGNINGREQUESTS } from '@gantry/client';
import type { Client } from '@gantry/client';
import { JoinRefusedError } from './refused.js';

export interface CertificateOptions {
  readonly client: Client;
  readonly nodeName: string;
  readonly key: KeyObject;
  /** How long the certificate should be good for. */
  readonly expirationSeconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Who joins may read its request and not watch it. */
const LOOK_AGAIN = { initial: 100, cap: 2_000 };
/** Looks at one request before another is made. */
const LOOKS = 30;

/** Asks the cluster for the node's certificate and waits for it. Rejects with a `JoinRefusedError` where it was denied, and as the client does. */
export async function requestCertificate(options: CertificateOptions): Promise<string> {
  const { client, clock, signal } = options;
  const requests = client.resource(CERTIFICATESIGNINGREQUESTS);
  const { name = '' } = (await requests.create(newRequest(options), { signal })).metadata ?? {};
  for (let look = 1; look <= LOOKS; look++) {
    await delay(clock, backoffDelay(LOOK_AGAIN, look), signal);
    const { certificate, conditions = [] } = (await requests.get(name, { signal })).status ?? {};
    if (certificate) return Buffer.from(certificate, 'base64').toString();
    const refused = conditions.find(({ type }) => type === 'Denied' || type === 'Failed');
    if (refused !== undefined) throw new JoinRefusedError(`the request for a certificate ${name} was refused: ${refused.message || refused.reason || refused.type}`);
  }
  throw new Error(`nobody has approved and signed the request ${name} yet`);
}

/** Its name begins with what a node that joins may read. */
function newRequest({ nodeName, key, expirationSeconds }: CertificateOptions): certificatesV1.CertificateSigningRequest {
  const pem = newCertificateRequest(key, { commonName: `system:node:${nodeName}`, organizations: ['system:nodes'] });
  return {
    metadata: { name: `node-csr-${randomUUID()}` },
    spec: { request: Buffer.from(pem).toString('base64'), signerName: 'kubernetes.io/kube-apiserver-client-kubelet', usages: ['digital signature', 'client auth'], expirationSeconds },
  };
}
