export type { NatsBusOptions, NatsCredentials, WatchStreamLimits } from './options.js';
export { connectNatsBus } from './nats-bus.js';
