/** What `/version` says: the Kubernetes release whose API is served, with Gantry's own version as build metadata. */
export const GANTRY_VERSION = '0.1.0';

export const SERVER_VERSION = { major: '1', minor: '36', gitVersion: `v1.36.0+gantry.${GANTRY_VERSION}` } as const;

/** What a node says of its kubelet. */
export const KUBELET_VERSION: string = SERVER_VERSION.gitVersion;
