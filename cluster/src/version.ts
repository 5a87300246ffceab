import { SERVER_VERSION } from '@gantry/platform/version';

export { GANTRY_VERSION, SERVER_VERSION } from '@gantry/platform/version';

/** What a node says of its kubelet. */
export const KUBELET_VERSION: string = SERVER_VERSION.gitVersion;
