export { createAuthority, expiryOf, issueCertificate, signCertificateRequest } from './certificate.js';
export type { CertificateRequest, KeyPair, SigningTerms } from './certificate.js';
