export { RUNNING_PART, RunningPartModule } from './running-part.js';
export type { Stoppable } from './running-part.js';
export { startService } from './service.js';
export type { ServiceApplication } from './service.js';
