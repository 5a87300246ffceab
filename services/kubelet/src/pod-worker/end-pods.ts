import { delay } from '@gantry/async';
import type { ContainerStatus } from '@gantry/container-runtime';
import type { Pod } from '../pods/pod.js';
import { graceSecondsOf } from '../pods/pod.js';
import { isAlive } from '../pods/world.js';
import type { WorkerDependencies } from './dependencies.js';

/** Seconds that a pod has at most when its node stops: a stop must end. */
const LONGEST_GRACE = 30;
/** Milliseconds between lines about what a stop still waits for. */
const TELL_EVERY = 5000;

/** A container that is to end, and whose it is. */
interface Ending {
  readonly container: ContainerStatus;
  /** `namespace/name` */
  readonly pod: string;
  readonly graceSeconds: number;
}

/** Ends everything that runs on the node and keeps the objects: the next kubelet starts the same pods again. */
export async function endPods(deps: WorkerDependencies, pods: readonly Pod[]): Promise<void> {
  const [sandboxes, containers] = await Promise.all([deps.runtime.listSandboxes(), deps.runtime.listContainers()]);
  const graces = new Map(pods.map((pod) => [pod.metadata?.uid ?? '', graceSecondsOf(pod)]));
  const owners = new Map(sandboxes.map(({ id, metadata }) => [id, metadata]));
  const endings = containers.filter(isAlive).map((container): Ending => {
    const owner = owners.get(container.sandboxId);
    const graceSeconds = Math.min(graces.get(owner?.uid ?? '') ?? LONGEST_GRACE, LONGEST_GRACE);
    return { container, pod: `${owner?.namespace ?? ''}/${owner?.name ?? ''}`, graceSeconds };
  });
  report(deps, await endContainers(deps, endings));
  report(deps, await Promise.allSettled(sandboxes.filter(({ state }) => state === 'ready').map(({ id }) => deps.runtime.stopSandbox(id))));
}

/** All at once; says every few seconds what it waits for. */
async function endContainers(deps: WorkerDependencies, endings: readonly Ending[]): Promise<PromiseSettledResult<void>[]> {
  const left = new Set(endings);
  const over = new AbortController();
  const telling = tellWhatIsLeft(deps, left, over.signal);
  const stops = endings.map(async (ending) => {
    try {
      await deps.runtime.stopContainer(ending.container.id, ending.graceSeconds);
    } finally {
      left.delete(ending);
    }
  });
  const results = await Promise.allSettled(stops);
  over.abort();
  await telling;
  return results;
}

async function tellWhatIsLeft(deps: WorkerDependencies, left: ReadonlySet<Ending>, signal: AbortSignal): Promise<void> {
  for (;;) {
    await delay(deps.clock, TELL_EVERY, signal).catch(() => undefined);
    if (signal.aborted) return;
    const pods = [...new Set([...left].map(({ pod }) => pod))];
    deps.logger.info({ pods, longestGraceSeconds: Math.max(...[...left].map(({ graceSeconds }) => graceSeconds)) }, 'the stop waits for pods that have not ended yet');
  }
}

function report(deps: WorkerDependencies, results: readonly PromiseSettledResult<void>[]): void {
  for (const result of results) {
    if (result.status === 'rejected') deps.logger.warn({ error: String(result.reason) }, 'a pod could not be ended');
  }
}
