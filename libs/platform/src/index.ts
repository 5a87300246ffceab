export { createLogger } from './logging/logger.js';
export type { LoggerOptions, LogLevel } from './logging/logger.js';
export { RUNNING_PART, RunningPartModule } from './nest/running-part.js';
export type { Stoppable } from './nest/running-part.js';
export { startService } from './nest/service.js';
export type { ServiceApplication } from './nest/service.js';
export { createAuthority, expiryOf, issueCertificate } from './pki/certificate.js';
export type { CertificateRequest, KeyPair } from './pki/certificate.js';
export { onShutdownSignal } from './shutdown.js';
