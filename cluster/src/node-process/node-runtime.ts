import type { Logger } from '@gantry/async';
import type { ContainerRuntime } from '@gantry/container-runtime';
import type { EngineMachine } from './engine-machine.js';
import type { NodeSettings } from './messages.js';

export interface NodeRuntimeOptions {
  readonly settings: NodeSettings;
  /** Whether the kubelet gives pods their network. */
  readonly routed: boolean;
  readonly engine: EngineMachine;
  readonly logger: Logger;
}

/** What runs the node's containers. Loads that alone. */
export async function createNodeRuntime({ settings, routed, engine, logger }: NodeRuntimeOptions): Promise<ContainerRuntime> {
  const { runtime } = settings;
  if (runtime.kind === 'docker') return (await import('./docker-runtime.js')).dockerRuntime(settings, runtime, routed, engine);
  return (await import('./oci-runtime.js')).openOciRuntime({ ...runtime, node: settings.nodeName, logger });
}

/** Paths of the machine that no pod may mount: they are the node itself. */
export function forbiddenPathsOf({ runtime }: NodeSettings): string[] {
  return runtime.kind === 'docker' ? [runtime.engineSocket] : [runtime.root, runtime.images];
}
