import type { ContainerRuntime, RuntimeEvent } from '../runtime.js';
import { engineCapabilities } from './capabilities.js';
import { createContainers } from './containers.js';
import type { CreateContext } from './create-options.js';
import { createEngine, translated } from './engine.js';
import { followEvents } from './events.js';
import { createImages } from './images.js';
import { createInspection } from './inspection.js';
import { containerLogs } from './logs.js';
import { createProcesses } from './processes.js';
import { createSandboxes } from './sandboxes.js';

export interface DockerRuntimeOptions {
  readonly socketPath: string;
  /** Cluster and node name: together they own containers on an engine that several may share. */
  readonly cluster: string;
  readonly node: string;
  /** Id of a container whose network namespace is the node's; unset: the machine's own. */
  readonly networkContainer?: string;
  /**
   * The node's network namespace as `/proc/<pid>/ns/net` names it, where the engine's processes can be looked at: sandboxes
   * that joined one of its predecessors then count as not ready. Unset: not looked at.
   */
  readonly networkNamespace?: string;
  readonly pauseImage?: string;
  /** `none` (default) where the kubelet plugs sandboxes in; `bridge` where it cannot. */
  readonly podNetwork?: 'none' | 'bridge';
  /** Put on every container besides our own, such as Compose's project labels. */
  readonly extraLabels?: Readonly<Record<string, string>>;
  /** How the engine's machine names a path of this process, where that sees another file system than the engine: what is bound is named so. */
  readonly enginePath?: (path: string) => string;
  /** A file like `/proc/<pid>/status` of a process with the engine's capabilities; unset: the engine's own where it is found, else this process's. */
  readonly engineStatus?: string;
}

const DEFAULTS = { pauseImage: 'registry.k8s.io/pause:3.10', podNetwork: 'none', extraLabels: {}, enginePath: (path: string): string => path } as const;

/** A Docker engine of API 1.41 or newer as a container runtime. Nothing is kept but what stands in the containers' labels. */
export function createDockerRuntime(options: DockerRuntimeOptions): ContainerRuntime {
  const engine = createEngine(options.socketPath);
  const context: CreateContext = { ...DEFAULTS, ...options, capabilities: engineCapabilities(options.engineStatus) };
  const inspection = createInspection(engine, context);
  const sandboxes = createSandboxes(engine, context, inspection, options.networkNamespace);
  const containers = createContainers(engine, context, inspection);
  const images = createImages(engine);
  const processes = createProcesses(engine, inspection);
  const closed = new AbortController();
  return {
    version: async () => {
      const version = await engine.docker.version().catch((error: unknown) => Promise.reject(translated(error, 'unavailable')));
      return { runtimeName: 'docker', runtimeVersion: version.Version };
    },
    runSandbox: sandboxes.run,
    stopSandbox: sandboxes.stop,
    removeSandbox: sandboxes.remove,
    sandboxStatus: sandboxes.status,
    listSandboxes: sandboxes.list,
    createContainer: containers.create,
    startContainer: containers.start,
    stopContainer: containers.stop,
    removeContainer: containers.remove,
    containerStatus: containers.status,
    listContainers: containers.list,
    updateContainer: containers.update,
    stats: containers.stats,
    ...processes,
    logs: (id, logOptions, signal) => containerLogs(engine, inspection, id, logOptions, signal),
    pullImage: images.pull,
    imageStatus: images.status,
    listImages: images.list,
    removeImage: images.remove,
    events: (listener, signal) => {
      const happened = (event: RuntimeEvent): void => {
        inspection.forget(event.containerId ?? event.sandboxId ?? '');
        listener(event);
      };
      void followEvents(engine, context, happened, AbortSignal.any([signal, closed.signal]));
    },
    close: () => {
      closed.abort();
      engine.close();
      return Promise.resolve();
    },
  };
}
