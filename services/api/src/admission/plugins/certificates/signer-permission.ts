import type { certificatesV1 } from '@gantry/api-types';
import { newForbidden } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Authorizer } from '../../../http/authz/authorizer.js';
import type { AdmissionRequest } from '../../chain.js';

/** What is asked of an authorizer here. */
export type SignerAuthorizer = Pick<Authorizer, 'refusal'>;

const GROUP = 'certificates.k8s.io';

/** Whether a request is about certificate signing requests, under this subresource. */
export function isAboutRequests({ resource: { groupResource }, subresource }: AdmissionRequest, wanted: string): boolean {
  return subresource === wanted && groupResource.resource === 'certificatesigningrequests' && groupResource.group === GROUP;
}

export function specOf(object: ResourceObject | undefined): certificatesV1.CertificateSigningRequestSpec {
  return (object as unknown as certificatesV1.CertificateSigningRequest).spec;
}

/** Throws 403 unless who asks may do this for the signer, or for all signers of its domain. */
export function requireSignerPermission(request: AdmissionRequest, authorizer: SignerAuthorizer, verb: 'approve' | 'sign'): void {
  const { signerName } = specOf(request.old);
  const names = [signerName, `${signerName.split('/')[0]!}/*`];
  const isPermitted = names.some((name) => authorizer.refusal(request.identity, { verb, group: GROUP, resource: 'signers', subresource: '', namespace: '', name }) === undefined);
  if (!isPermitted) throw newForbidden(request.resource.groupResource, request.name, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`);
}
