import type { Pod } from '../pods/pod.js';
import { graceSecondsOf } from '../pods/pod.js';
import { isAlive } from '../pods/world.js';
import type { WorkerDependencies } from './dependencies.js';

/** Seconds that a pod has at most when its node stops: a stop must end. */
const LONGEST_GRACE = 30;

/** Ends everything that runs on the node and keeps the objects: the next kubelet starts the same pods again. */
export async function endPods(deps: WorkerDependencies, pods: readonly Pod[]): Promise<void> {
  const graces = new Map(pods.map((pod) => [pod.metadata?.uid ?? '', graceSecondsOf(pod)]));
  const [sandboxes, containers] = await Promise.all([deps.runtime.listSandboxes(), deps.runtime.listContainers()]);
  const uids = new Map(sandboxes.map(({ id, metadata }) => [id, metadata.uid]));
  const stops = containers.filter(isAlive).map(({ id, sandboxId }) => {
    const grace = graces.get(uids.get(sandboxId) ?? '') ?? LONGEST_GRACE;
    return deps.runtime.stopContainer(id, Math.min(grace, LONGEST_GRACE));
  });
  report(deps, await Promise.allSettled(stops));
  report(deps, await Promise.allSettled(sandboxes.filter(({ state }) => state === 'ready').map(({ id }) => deps.runtime.stopSandbox(id))));
}

function report(deps: WorkerDependencies, results: readonly PromiseSettledResult<void>[]): void {
  for (const result of results) {
    if (result.status === 'rejected') deps.logger.warn({ error: String(result.reason) }, 'a pod could not be ended');
  }
}
