export { CLUSTER_LABEL, describeEngine, ensureNodeContainer, homeLabel, removeClusterObjects, stopNodeContainers } from './node-container.js';
export type { EngineDescription, NodeContainer, NodeContainerOptions } from './node-container.js';
