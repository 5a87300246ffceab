export { createAuthority, expiryOf, issueCertificate } from './certificate.js';
export type { CertificateRequest, KeyPair } from './certificate.js';
