import { parseCertificateRequest } from '@gantry/apimachinery';
import type { SigningRequest } from '../conditions.js';
import { conditionOf } from '../conditions.js';
import { KUBELET_CLIENT_SIGNER, kubeletClientProblem } from '../kubelet-client.js';

/** As what a request may be approved without a person, and what the requester has to be permitted for it. */
export interface Recognized {
  /** Of `certificatesigningrequests`: who may create it has its requests approved. */
  readonly subresource: 'selfnodeclient' | 'nodeclient';
  /** The text of the condition. */
  readonly message: string;
}

const SELF: Recognized = { subresource: 'selfnodeclient', message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' };
const ANY: Recognized = { subresource: 'nodeclient', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' };

/** What an undecided request may be approved as, in the order in which it is tried; nothing: it is a person's to decide. */
export function recognize(request: SigningRequest): readonly Recognized[] {
  const { signerName, usages = [], username, request: pem } = request.spec;
  if (request.status?.certificate || conditionOf(request, 'Approved') || conditionOf(request, 'Denied')) return [];
  if (signerName !== KUBELET_CLIENT_SIGNER) return [];
  const content = parseCertificateRequest(Buffer.from(pem, 'base64'));
  if (kubeletClientProblem(content, usages) !== undefined) return [];
  return username === content.subject.commonNames[0] ? [SELF, ANY] : [ANY];
}
