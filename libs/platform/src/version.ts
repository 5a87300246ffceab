export const GANTRY_VERSION = '0.1.0';

/** What `/version` says: the Kubernetes release whose API is served, with Gantry's own version as build metadata. */
export const SERVER_VERSION = { major: '1', minor: '36', gitVersion: `v1.36.0+gantry.${GANTRY_VERSION}` } as const;
