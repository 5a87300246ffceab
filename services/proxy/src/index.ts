export type { ProxyOptions, RunningProxy } from './options.js';
export { startProxy } from './start-proxy.js';
export { createProxyMetrics } from './metrics.js';
