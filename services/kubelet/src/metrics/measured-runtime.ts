import type { ContainerRuntime } from '@gantry/container-runtime';
import type { KubeletMetrics } from './kubelet-metrics.js';

/** The same runtime, with the time of what it is asked for under CRI's names. What flows until somebody ends it has no time. */
export function measuredRuntime(runtime: ContainerRuntime, { asked }: KubeletMetrics): ContainerRuntime {
  const timed = async <A>(operation: string, answer: Promise<A>): Promise<A> => {
    const started = performance.now();
    let isError = true;
    try {
      const result = await answer;
      isError = false;
      return result;
    } finally {
      asked(operation, performance.now() - started, isError);
    }
  };
  return {
    version: () => timed('version', runtime.version()),
    runSandbox: (...args) => timed('run_podsandbox', runtime.runSandbox(...args)),
    stopSandbox: (...args) => timed('stop_podsandbox', runtime.stopSandbox(...args)),
    removeSandbox: (...args) => timed('remove_podsandbox', runtime.removeSandbox(...args)),
    sandboxStatus: (...args) => timed('podsandbox_status', runtime.sandboxStatus(...args)),
    listSandboxes: (...args) => timed('list_podsandbox', runtime.listSandboxes(...args)),
    createContainer: (...args) => timed('create_container', runtime.createContainer(...args)),
    startContainer: (...args) => timed('start_container', runtime.startContainer(...args)),
    stopContainer: (...args) => timed('stop_container', runtime.stopContainer(...args)),
    removeContainer: (...args) => timed('remove_container', runtime.removeContainer(...args)),
    containerStatus: (...args) => timed('container_status', runtime.containerStatus(...args)),
    listContainers: (...args) => timed('list_containers', runtime.listContainers(...args)),
    updateContainer: (...args) => timed('update_container', runtime.updateContainer(...args)),
    stats: (...args) => timed('list_container_stats', runtime.stats(...args)),
    execSync: (...args) => timed('exec_sync', runtime.execSync(...args)),
    exec: (...args) => runtime.exec(...args),
    attach: (...args) => runtime.attach(...args),
    endCommands: () => runtime.endCommands(),
    logs: (...args) => runtime.logs(...args),
    pullImage: (...args) => timed('pull_image', runtime.pullImage(...args)),
    imageStatus: (...args) => timed('image_status', runtime.imageStatus(...args)),
    listImages: () => timed('list_images', runtime.listImages()),
    removeImage: (...args) => timed('remove_image', runtime.removeImage(...args)),
    collectImageGarbage: runtime.collectImageGarbage?.bind(runtime),
    events: (...args) => runtime.events(...args),
    close: () => runtime.close(),
  };
}
