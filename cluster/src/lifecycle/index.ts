/** What works on a cluster from outside its process, also when that process is dead: loads none of the services. */
export { composeKubeconfig, mergeComposeKubeconfig } from '../compose/kubeconfig.js';
export type { KubeconfigEntry } from '../kubeconfig/document.js';
export { readKubeconfigEntry } from '../kubeconfig/read.js';
export { ClusterError } from '../options.js';
export type { ProgressStep, RuntimeChoice, RuntimeName } from '../options.js';
export { explainFileError } from '../state/files.js';
export { defaultHome, imagesFolder, placesOf } from '../state/places.js';
export type { Places } from '../state/places.js';
export { GANTRY_VERSION, SERVER_VERSION } from '../version.js';
export { clusterStatus, listClusters } from './status.js';
export type { ClusterStatus } from './status.js';
export { stopCluster } from './stop.js';
