import type { certificatesV1 } from '@gantry/api-types';
import type { DefaultedCertificateSigningRequest } from './defaults.js';

export type RequestCondition = certificatesV1.CertificateSigningRequestCondition;

/** What decides about a request: said under `/approval` alone, and never taken back. */
export const APPROVALS = ['Approved', 'Denied'] as const;

export function conditionsOf({ status }: DefaultedCertificateSigningRequest, type: string): RequestCondition[] {
  return (status.conditions ?? []).filter((condition) => condition.type === type);
}

/** Puts back the conditions of a type as they were, where none was added or taken away. */
export function preserveConditions(request: DefaultedCertificateSigningRequest, old: DefaultedCertificateSigningRequest, type: string): void {
  const before = conditionsOf(old, type);
  const { conditions = [] } = request.status;
  if (before.length === 0 || before.length !== conditionsOf(request, type).length) return;
  request.status.conditions = conditions.map((condition) => (condition.type === type ? before.shift()! : condition));
}

/** Fills in when conditions were written, and since when they are what they are. */
export function stampConditions(request: DefaultedCertificateSigningRequest, old: DefaultedCertificateSigningRequest, now: string): void {
  for (const condition of request.status.conditions ?? []) {
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= conditionsOf(old, condition.type).find(({ status, lastTransitionTime }) => status === condition.status && lastTransitionTime !== undefined)?.lastTransitionTime ?? now;
  }
}
