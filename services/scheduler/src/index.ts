export type { RunningScheduler, SchedulerElectionSettings, SchedulerOptions } from './start-scheduler.js';
export { startScheduler } from './start-scheduler.js';
export type { SchedulerMetrics } from './scheduler.js';
export type { AlgorithmFigures } from './bench/algorithm.js';
export { measureAlgorithm } from './bench/algorithm.js';
export { createSchedulerMetrics } from './metrics.js';
export { SchedulerModule } from './scheduler.module.js';
