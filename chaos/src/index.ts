export { parseArguments } from './arguments.js';
export type { ChaosOptions } from './options.js';
export { tableOf, type ChaosReport } from './report.js';
export { runChaos } from './run.js';
