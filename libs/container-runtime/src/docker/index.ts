export type { ComposeContainer, ComposeContainers, ComposeService, OwnContainer } from './compose-containers.js';
export { createComposeContainers } from './compose-containers.js';
export type { DockerRuntimeOptions } from './docker-runtime.js';
export { createDockerRuntime } from './docker-runtime.js';
export { CLUSTER_LABEL, ensureNodeContainer, homeLabel, removeClusterObjects, removeNodeObjects, stopNodeContainers } from './node-container.js';
export type { NodeContainer, NodeContainerOptions } from './node-container.js';
