import { parseCertificateRequest } from '@gantry/apimachinery';
import { conditionOf, isApproved } from '../conditions.js';
import type { RequestCondition, SigningRequest } from '../conditions.js';
import { CLIENT_SIGNER, KUBELET_CLIENT_SIGNER, kubeletClientProblem } from '../kubelet-client.js';

/** `nothing`: it is not for these signers, not approved, or done. */
export type SigningPlan = { readonly action: 'nothing' } | { readonly action: 'sign' } | { readonly action: 'fail'; readonly condition: RequestCondition };

type Check = (request: SigningRequest) => string | undefined;

/** What each signer demands: answers why a request is not signed. */
const CHECKS: Readonly<Record<string, Check>> = {
  [KUBELET_CLIENT_SIGNER]: ({ spec }) => kubeletClientProblem(parseCertificateRequest(Buffer.from(spec.request, 'base64')), spec.usages ?? []),
  [CLIENT_SIGNER]: ({ spec }) => clientUsageProblem(spec.usages ?? []),
};

/** What is to be done about a request. */
export function planSigning(request: SigningRequest): SigningPlan {
  const { signerName } = request.spec;
  const check = Object.hasOwn(CHECKS, signerName) ? CHECKS[signerName] : undefined;
  if (check === undefined || !isApproved(request) || conditionOf(request, 'Failed') !== undefined || request.status?.certificate) return { action: 'nothing' };
  const problem = check(request);
  if (problem === undefined) return { action: 'sign' };
  return { action: 'fail', condition: { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: problem } };
}

function clientUsageProblem(usages: readonly string[]): string | undefined {
  const wrong = usages.find((usage) => !['client auth', 'digital signature', 'key encipherment'].includes(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}
