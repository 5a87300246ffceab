import type { CertificateRequestContent } from '@gantry/apimachinery';

export const KUBELET_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
export const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';

const NODE_PREFIX = 'system:node:';
const USAGES = ['client auth', 'digital signature', 'key encipherment'];

/** What keeps a request from being one for a kubelet's client certificate, in upstream's words; undefined: it is one. */
export function kubeletClientProblem({ subject, names }: CertificateRequestContent, usages: readonly string[]): string | undefined {
  const { organizations, commonNames, others } = subject;
  if (organizations.length !== 1 || organizations[0] !== 'system:nodes') return 'subject organization is not system:nodes';
  if (names.dns.length > 0) return 'DNS subjectAltNames are not allowed';
  if (names.email.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.ip.length > 0) return 'IP subjectAltNames are not allowed';
  if (names.uri.length > 0) return 'URI subjectAltNames are not allowed';
  // Upstream reads past these: whoever reads the certificate may not.
  if (names.others > 0) return 'other subjectAltNames are not allowed';
  if (others.length > 0 || commonNames.length > 1) return 'subject has more than an organization and a common name';
  if (commonNames[0]?.startsWith(NODE_PREFIX) !== true) return 'subject common name does not begin with system:node:';
  return isKubeletClientUsage(new Set(usages)) ? undefined : `usages did not match [${USAGES.join(' ')}]`;
}

/** Keys of an elliptic curve encipher no keys, so that usage may be left out. */
function isKubeletClientUsage(usages: ReadonlySet<string>): boolean {
  return usages.has('client auth') && usages.has('digital signature') && [...usages].every((usage) => USAGES.includes(usage));
}
