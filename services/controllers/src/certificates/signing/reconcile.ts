import { isConflict, isNotFound } from '@gantry/apimachinery';
import type { Clock } from '@gantry/async';
import type { Client } from '@gantry/client';
import { CERTIFICATESIGNINGREQUESTS } from '@gantry/client';
import type { Reconcile } from '@gantry/controller';
import type { KeyPair } from '@gantry/platform';
import { withCondition } from '../conditions.js';
import type { SigningRequest } from '../conditions.js';
import { planSigning } from './plan.js';
import { certificateTimes } from './terms.js';

export interface SigningDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly authority: KeyPair;
  readonly request: (name: string) => SigningRequest | undefined;
}

/** Signs what was approved, or says in the request why it is not signed. */
export function createReconcile(dependencies: SigningDependencies): Reconcile {
  const { client, request: read } = dependencies;
  return async (name) => {
    const request = read(name);
    if (request === undefined) return;
    const plan = planSigning(request);
    if (plan.action === 'nothing') return;
    const next = plan.action === 'fail' ? withCondition(request, plan.condition) : await signed(dependencies, request);
    await client.resource(CERTIFICATESIGNINGREQUESTS).updateStatus(next).catch((error: unknown) => {
      // Whoever was faster is an event that comes.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    });
  };
}

/** The library that signs is loaded with the first request. */
async function signed({ authority, clock }: SigningDependencies, request: SigningRequest): Promise<SigningRequest> {
  const { signCertificateRequest } = await import('@gantry/platform/pki');
  const { request: pem, usages = [], expirationSeconds } = request.spec;
  const certificate = await signCertificateRequest(authority, Buffer.from(pem, 'base64').toString(), { usages, ...certificateTimes(expirationSeconds, clock.now()) });
  return { ...request, status: { ...request.status, certificate: Buffer.from(certificate).toString('base64') } };
}
