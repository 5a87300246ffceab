export type { DnsOptions, RunningDns } from './options.js';
export { startDns } from './start-dns.js';
export { createDnsMetrics } from './metrics.js';
