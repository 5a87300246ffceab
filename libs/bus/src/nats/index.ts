export { connectionCheck } from './connection-check.js';
export type { SettingsReader } from './settings.js';
export { readNatsSettings } from './settings.js';
export type { NatsBusOptions, NatsCredentials, WatchStreamLimits } from './options.js';
export { connectNatsBus } from './nats-bus.js';
export type { NatsComponent, NatsPermissions } from './trust/permissions.js';
export { JOIN_IDENTITY } from './trust/permissions.js';
export type { NatsTrust, NatsTrustKeys, NodeSigner, NodeUser } from './trust/trust.js';
export { createNatsTrust, createNodeUser, nodeCredentials, nodeUserToken, trustConfiguration } from './trust/trust.js';
