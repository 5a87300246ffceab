export type { DnsOptions, RunningDns } from './options.js';
