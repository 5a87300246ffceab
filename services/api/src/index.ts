export { createRemoteStorage } from './remote-storage/remote-storage.js';
export { startApi } from './start-api.js';
export { defaultLimits } from './options.js';
export type { ApiLimits, ApiOptions, RunningApi, ServiceAccountOptions } from './options.js';
export type { CredentialsRequest, IssueNodeToken, NodeToken } from './join/credentials.js';
export type { ServerVersion } from './http/version.js';
export { ApiModule } from './api.module.js';
