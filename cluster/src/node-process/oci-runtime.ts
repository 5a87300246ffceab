import type { Logger } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { OciNodeRuntime } from './messages.js';

export interface OciRuntimeOptions extends Omit<OciNodeRuntime, 'kind'> {
  readonly node: string;
  readonly logger: Logger;
}

/** Containers without an engine, of one node; with it the machine's images, which are closed with it. */
export function openOciRuntime({ node }: OciRuntimeOptions): Promise<ContainerRuntime> {
  return Promise.reject(new Error(`the containers of ${node} need a runtime that this build does not have`));
}
