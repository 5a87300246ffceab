import type { Logger } from '@gantry/async';
import { openImageStore } from '@gantry/container-images';
import type { ContainerRuntime } from '@gantry/container-runtime';
import { createOciRuntime, type RuntimeBinary } from '@gantry/container-runtime/oci';
import type { OciNodeRuntime } from './messages.js';

export interface OciRuntimeOptions extends Omit<OciNodeRuntime, 'kind'> {
  readonly node: string;
  readonly logger: Logger;
}

/** Containers without an engine, of one node; with it the machine's images, which are closed with it. */
export async function openOciRuntime({ instance, node, root, images, programs, resolvers, logger }: OciRuntimeOptions): Promise<ContainerRuntime> {
  const store = await openImageStore({ root: images, resolvers, proxyEnvironment: process.env, logger });
  const { name, path } = programs.runtime;
  const runtime = createOciRuntime({ root, images: store, binary: { kind: name as RuntimeBinary['kind'], path }, conmon: programs.conmon.path, cluster: instance, node, logger });
  return {
    ...runtime,
    close: async () => {
      await runtime.close();
      await store.close();
    },
  };
}
