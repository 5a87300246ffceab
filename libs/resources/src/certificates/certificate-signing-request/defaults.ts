import type { certificatesV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** A request as defaults leave it. */
export type DefaultedCertificateSigningRequest = WithMetadata<certificatesV1.CertificateSigningRequest> & { status: certificatesV1.CertificateSigningRequestStatus };

/** A request has no defaults. */
export function defaultCertificateSigningRequest(request: DefaultedCertificateSigningRequest): void {
  request.metadata ??= {};
  request.spec ??= { request: '', signerName: '' };
  request.status ??= {};
}
