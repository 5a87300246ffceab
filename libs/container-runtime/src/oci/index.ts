export { assembleOciRuntime } from './oci-runtime.js';
export type { OciOptions, RuntimeBinary } from './options.js';
