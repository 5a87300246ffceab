export { mountsBelow, ownMountPoints } from './mount-points.js';
export type { ProcessIdentity, ProcessState } from './process-identity.js';
export { hasArgument, isAlive, lookAtProcess, ownIdentity, signalProcess } from './process-identity.js';
