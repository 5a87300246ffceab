import type { ContainerRuntime } from '../runtime.js';
import { assembleOciRuntime } from './oci-runtime.js';
import type { OciOptions } from './options.js';
import { createOciStreams } from './streams.js';

/** The runtime for machines without an engine. */
export function createOciRuntime(options: OciOptions): ContainerRuntime {
  return assembleOciRuntime(options, createOciStreams);
}
