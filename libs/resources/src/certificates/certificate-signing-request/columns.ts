import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import { humanDuration } from '../../printing/duration.js';
import type { DefaultedCertificateSigningRequest } from './defaults.js';

const none = '<none>';

/** `Approved,Issued` and the like: what was decided, and what came of it. */
function condition({ status }: DefaultedCertificateSigningRequest): string {
  const has = (wanted: string): boolean => status.conditions?.some(({ type }) => type === wanted) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(status.certificate ? ['Issued'] : [])].join(',');
}

/** The columns of `kubectl get csr`. */
export const certificateSigningRequestColumns: readonly TypedColumn<DefaultedCertificateSigningRequest>[] = [
  nameColumn(),
  ageColumn(),
  column('SignerName', 'Who is asked to sign.', ({ spec }) => spec.signerName || none),
  column('Requestor', 'The user who made the request.', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', 'How long the certificate should be good for, where the request says so.', ({ spec }) => (spec.expirationSeconds === undefined ? none : humanDuration(spec.expirationSeconds * 1000))),
  column('Condition', 'Whether the request was approved or denied, and whether there is a certificate.', condition),
];
