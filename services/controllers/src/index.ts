export type { Controllers, ControllersOptions, LeaderElectionSettings } from './start-controllers.js';
export { startControllers } from './start-controllers.js';
export type { Controller, ControllerContext } from './controller-context.js';
export { controllers } from './controllers.js';
export type { DiscoveredResource } from './resources/discovered-resource.js';
export { SPINE_RESOURCES } from './resources/discovered-resource.js';
export type { HealthTimes } from './node-lifecycle/health.js';
export type { PodGcSettings } from './pod-gc/reconcile.js';
export { ControllersModule } from './controllers.module.js';
