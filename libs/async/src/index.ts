export type { Logger } from './logger.js';
export { silentLogger } from './logger.js';
