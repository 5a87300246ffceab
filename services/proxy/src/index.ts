export type { ProxyOptions, RunningProxy } from './options.js';
