export { createLogger } from './logging/logger.js';
export type { LoggerOptions, LogLevel } from './logging/logger.js';
export type { KeyPair } from './pki/certificate.js';
export { onShutdownSignal } from './shutdown.js';
