/** What a node's own process is composed of. Loads no Nest, unlike the index: there is one such process a node. */
export { startApiTunnel } from './api-tunnel/api-tunnel.js';
export { startKubelet } from './kubelet.js';
export type { Kubelet, StopOptions } from './kubelet.js';
export type { NodeCapacity } from './node/node-object.js';
export { addNodeAddresses } from './network/node-addresses.js';
export { startPeerRoutes } from './network/peer-routes.js';
export type { PeerRoutes } from './network/peer-routes.js';
export type { PodNetwork } from './network/pod-network.js';
export { waitForPodRange } from './network/pod-range.js';
export { createRoutedPodNetwork } from './network/routed-network.js';
export { unmountBelow } from './volumes/memory.js';
