export { AdminModule } from './admin.module.js';
export type { AdminOptions, HealthCheck } from './admin.module.js';
export { startHttpService } from './http-service.js';
