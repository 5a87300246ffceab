export { countResources, leaksBetween, leaksSince, type ResourceCounts } from './leaks.js';
