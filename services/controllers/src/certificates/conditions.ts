import type { certificatesV1 } from '@gantry/api-types';

export type SigningRequest = certificatesV1.CertificateSigningRequest;
export type RequestCondition = certificatesV1.CertificateSigningRequestCondition;

export function conditionOf({ status }: SigningRequest, type: 'Approved' | 'Denied' | 'Failed'): RequestCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Approved, and not denied as well. */
export function isApproved(request: SigningRequest): boolean {
  return conditionOf(request, 'Approved') !== undefined && conditionOf(request, 'Denied') === undefined;
}

/** The request with one condition more. */
export function withCondition(request: SigningRequest, condition: RequestCondition): SigningRequest {
  return { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), condition] } };
}
