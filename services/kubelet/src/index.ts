export type { Kubelet } from './kubelet.js';
export { startKubelet } from './kubelet.js';
export type { KubeletOptions } from './options.js';
export type { NodeCapacity } from './node/node-object.js';
export type { PodNetwork } from './network/pod-network.js';
export type { RoutedNetworkOptions } from './network/routed-network.js';
export { createRoutedPodNetwork } from './network/routed-network.js';
export type { KubeletModuleOptions } from './kubelet.module.js';
export { KubeletModule } from './kubelet.module.js';
