export { ConfigurationError, Environment } from './environment.js';
export type { ProcessSettings, RunningService, ServiceContext, ServiceDefinition } from './service-process.js';
export { readProcessSettings, runServiceProcess } from './service-process.js';
export { untilStarted } from './retry.js';
