export type { KubeletOptions } from './options.js';
export type { KubeletModuleOptions } from './kubelet.module.js';
export { KubeletModule } from './kubelet.module.js';
