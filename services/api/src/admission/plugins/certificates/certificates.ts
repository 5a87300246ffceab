import type { certificatesV1 } from '@gantry/api-types';
import { deepEqual, newForbidden, parseCertificateRequest } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import { MASTERS_GROUP } from '../../../http/authz/identity.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';
import { isAboutRequests, requireSignerPermission, specOf } from './signer-permission.js';
import type { SignerAuthorizer } from './signer-permission.js';

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';

/** Who approves or denies needs the permission for the signer that the request is for. */
export function certificateApproval(authorizer: SignerAuthorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    validate: (request) => {
      if (request.operation === 'UPDATE' && isAboutRequests(request, 'approval')) requireSignerPermission(request, authorizer, 'approve');
    },
  };
}

/** Who gives a certificate, or says that there will be none, needs the permission for the signer. */
export function certificateSigning(authorizer: SignerAuthorizer): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    validate: (request) => {
      if (request.operation !== 'UPDATE' || !isAboutRequests(request, 'status')) return;
      const [now, before] = [statusOf(request.object), statusOf(request.old)];
      if (now.certificate === before.certificate && deepEqual(now.conditions ?? [], before.conditions ?? [])) return;
      requireSignerPermission(request, authorizer, 'sign');
    },
  };
}

/** Nobody becomes an administrator by a certificate. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate: (request) => {
    if (request.operation !== 'CREATE' || !isAboutRequests(request, '')) return;
    const { signerName, request: pem } = specOf(request.object);
    if (signerName !== CLIENT_SIGNER) return;
    const { organizations } = parsed(request, pem).subject;
    if (organizations.includes(MASTERS_GROUP)) throw refusal(request, `use of ${CLIENT_SIGNER} signer with ${MASTERS_GROUP} group is not allowed`);
  },
};

function parsed(request: AdmissionRequest, base64: string): ReturnType<typeof parseCertificateRequest> {
  try {
    return parseCertificateRequest(Buffer.from(base64, 'base64'));
  } catch (error) {
    throw refusal(request, `failed to parse CSR: ${(error as Error).message}`);
  }
}

function statusOf(object: ResourceObject | undefined): certificatesV1.CertificateSigningRequestStatus {
  return (object as unknown as certificatesV1.CertificateSigningRequest).status ?? {};
}

function refusal({ resource, name }: AdmissionRequest, cause: string): Error {
  return newForbidden(resource.groupResource, name, cause);
}
