export { createOciRuntime } from './create-oci-runtime.js';
export type { OciOptions, RuntimeBinary } from './options.js';
