import { delay, withTimeout } from '@gantry/async';
import type { Pod } from '../pods/pod.js';
import { graceSecondsOf } from '../pods/pod.js';
import { anyAlive, readWorld, sortedWorld } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { assumeHealthy } from '../probes/health.js';
import { podStatus } from '../status/pod-status.js';
import type { WorkerDependencies } from './dependencies.js';
import { terminatePod } from './end-step.js';
import { newRecord } from './record.js';
import type { PodRecord } from './record.js';
import { readTerminationMessages } from './termination-message.js';

/** Seconds that a pod has at most when its node stops: a stop must end. */
const LONGEST_GRACE = 30;
/** Milliseconds between lines about what a stop still waits for. */
const TELL_EVERY = 5000;
/** Milliseconds that the API has to hear of an end: it may be stopping too. */
const REPORT_WITHIN = 2000;

/** A pod that is to end. */
interface Ending {
  readonly uid: string;
  /** Without an object: the API has none for what runs. */
  readonly record: PodRecord;
  /** `namespace/name` */
  readonly name: string;
  readonly graceSeconds: number;
  readonly world: PodWorld;
}

/**
 * Ends everything that runs on the node, as a deletion does: with hooks, and sidecars after the others. Keeps the objects: the next kubelet
 * starts the same pods again.
 */
export async function endPods(deps: WorkerDependencies, pods: readonly Pod[]): Promise<void> {
  const [sandboxes, containers] = await Promise.all([deps.runtime.listSandboxes(), deps.runtime.listContainers()]);
  const known = new Map(pods.map((pod) => [pod.metadata?.uid ?? '', pod]));
  const uids = new Set(sandboxes.map(({ metadata }) => metadata.uid));
  const endings = [...uids].map((uid): Ending => {
    const own = sandboxes.filter(({ metadata }) => metadata.uid === uid);
    const ids = new Set(own.map(({ id }) => id));
    const pod = known.get(uid);
    const { namespace = '', name = '' } = own[0]?.metadata ?? {};
    const graceSeconds = Math.min(pod === undefined ? LONGEST_GRACE : graceSecondsOf(pod), LONGEST_GRACE);
    return { uid, record: { ...newRecord(deps.clock.now()), pod }, name: `${namespace}/${name}`, graceSeconds, world: sortedWorld(own, containers.filter(({ sandboxId }) => ids.has(sandboxId))) };
  });
  await endContainers(deps, endings.filter(({ world }) => anyAlive(world)));
  report(deps, await Promise.allSettled(sandboxes.filter(({ state }) => state === 'ready').map(({ id }) => deps.runtime.stopSandbox(id))));
}

/** All pods at once; says every few seconds which it waits for. */
async function endContainers(deps: WorkerDependencies, endings: readonly Ending[]): Promise<void> {
  const left = new Set(endings);
  const over = new AbortController();
  const telling = tellWhatIsLeft(deps, left, over.signal);
  const since = deps.clock.now();
  await Promise.all(endings.map(async (ending) => {
    terminatePod(deps, ending.record, ending.uid, ending.world, { state: 'terminating', since, graceSeconds: ending.graceSeconds });
    await deps.stopper.idle(ending.uid);
    await tellEnd(deps, ending).catch((error: unknown) => deps.logger.warn({ pod: ending.name, error: String(error) }, 'the end of a pod could not be reported'));
    left.delete(ending);
  }));
  over.abort();
  await telling;
}

/** What the API says meanwhile, and at the next start until the pod is looked at, is that it is not ready. How it ends is not decided by a stop. */
async function tellEnd(deps: WorkerDependencies, { uid, record }: Ending): Promise<void> {
  const { pod } = record;
  if (pod === undefined) return;
  const { runtimeName, hostIps, clock } = deps;
  const world = await readWorld(deps.runtime, uid);
  await readTerminationMessages(deps, record, pod, world);
  const input = { world, health: assumeHealthy, resize: deps.allocations.of(uid), runtimeName, hostIps, final: false, waiting: new Map(), terminationMessages: record.terminationMessages, now: clock.now() };
  await withTimeout(clock, REPORT_WITHIN, undefined, () =>
    deps.status.write(pod, (current) => ({ ...podStatus({ ...input, pod: current }), phase: current.status?.phase ?? 'Pending' })));
}

async function tellWhatIsLeft(deps: WorkerDependencies, left: ReadonlySet<Ending>, signal: AbortSignal): Promise<void> {
  for (;;) {
    await delay(deps.clock, TELL_EVERY, signal).catch(() => undefined);
    if (signal.aborted) return;
    const pods = [...left].map(({ name }) => name);
    deps.logger.info({ pods, longestGraceSeconds: Math.max(...[...left].map(({ graceSeconds }) => graceSeconds)) }, 'the stop waits for pods that have not ended yet');
  }
}

function report(deps: WorkerDependencies, results: readonly PromiseSettledResult<void>[]): void {
  for (const result of results) {
    if (result.status === 'rejected') deps.logger.warn({ error: String(result.reason) }, 'a pod could not be ended');
  }
}
