import type { SandboxStatus } from '@gantry/container-runtime';
import { identityOf, formatPod, podReference } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { currentSandbox, latestOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import type { HealthOf } from '../probes/health.js';
import { resizeContainers } from '../resize/resize-step.js';
import { MountError } from '../volumes/mount-error.js';
import type { MountedVolumes } from '../volumes/volumes.js';
import { computePodActions } from './actions.js';
import type { PodActions, StopContainer } from './actions.js';
import { earliest } from './dependencies.js';
import type { WorkerDependencies } from './dependencies.js';
import { findGarbage } from './garbage.js';
import type { PodRecord } from './record.js';
import { createSandbox, plugIn } from './sandbox-step.js';
import { startTurns } from './start-turns.js';
import { beginStop } from './stop-container.js';
import { startContainer } from './start-container.js';
import type { StartResult } from './start-container.js';

/** Milliseconds until volumes that could not be mounted are tried again. */
const MOUNT_RETRY = 10_000;

export interface SyncResult extends StartResult {
  readonly actions: PodActions;
  readonly ip: string | undefined;
}

/** One step towards a running pod: decides, then does what was decided. `pod`: as it is to run. */
export async function syncPod(deps: WorkerDependencies, record: PodRecord, pod: Pod, world: PodWorld, health: HealthOf): Promise<SyncResult> {
  deps.sources.retain(pod);
  const actions = computePodActions(pod, world, deps.clock.now(), health);
  await clearAway(deps, pod, world, actions);
  if (actions.createSandbox !== undefined) {
    await createSandbox(deps, pod, actions.createSandbox.attempt);
    return { actions, ip: undefined, changed: true };
  }
  const sandbox = currentSandbox(world);
  if (sandbox === undefined) return { actions, ip: undefined, changed: actions.killSandboxes.length > 0 };
  const ip = await plugIn(deps, record, pod, sandbox);
  const resize = await resizeContainers(deps, pod, world);
  stopSome(deps, record, pod, [...actions.stop, ...resize.stop]);
  tellBackOff(deps, record, pod, world, actions);
  const results = await startAll(deps, record, pod, { world, sandbox, ip, actions });
  const wakeAt = earliest([actions.wakeAt, resize.wakeAt, deps.volumes.dueAt(identityOf(pod).uid), ...results.map((result) => result.wakeAt)]);
  return { actions, ip, changed: results.some(({ changed }) => changed), ...(wakeAt === undefined ? {} : { wakeAt }) };
}

async function clearAway(deps: WorkerDependencies, pod: Pod, world: PodWorld, actions: PodActions): Promise<void> {
  if (actions.killSandboxes.length > 0) {
    deps.event(podReference(pod), { type: 'Normal', reason: 'SandboxChanged', message: 'Pod sandbox changed, it will be killed and re-created.' });
  }
  await Promise.all(actions.killSandboxes.map((id) => deps.runtime.stopSandbox(id)));
  const garbage = findGarbage(pod, world);
  await Promise.all(garbage.containers.map((id) => deps.runtime.removeContainer(id)));
  await Promise.all(garbage.sandboxes.map((id) => deps.runtime.removeSandbox(id)));
}

function stopSome(deps: WorkerDependencies, record: PodRecord, pod: Pod, stops: readonly StopContainer[]): void {
  for (const stop of stops) {
    if (stop.restarts) record.ended.add(stop.id);
    if (stop.renews === true) record.renewed.add(stop.id);
    beginStop(deps, record, pod, stop);
  }
}

/** Once for each end of a container, not at each look at it. */
function tellBackOff(deps: WorkerDependencies, record: PodRecord, pod: Pod, world: PodWorld, actions: PodActions): void {
  for (const { name } of actions.waiting) {
    const id = latestOf(world, name)?.id ?? '';
    if (record.backedOff.get(name) === id) continue;
    record.backedOff.set(name, id);
    const message = `Back-off restarting failed container ${name} in pod ${formatPod(identityOf(pod))}`;
    deps.event(podReference(pod, name), { type: 'Warning', reason: 'BackOff', message });
  }
}

interface Starting {
  readonly world: PodWorld;
  readonly sandbox: SandboxStatus;
  readonly ip: string | undefined;
  readonly actions: PodActions;
}

async function startAll(deps: WorkerDependencies, record: PodRecord, pod: Pod, { world, sandbox, ip, actions }: Starting): Promise<StartResult[]> {
  if (actions.start.length === 0 && !deps.volumes.isStale(pod)) return [];
  forgetStaleFailures(deps, record, pod);
  const volumes = await volumesOf(deps, record, pod, sandbox.pid);
  if (volumes === undefined) return [{ changed: false, wakeAt: deps.clock.now() + MOUNT_RETRY }];
  const results: StartResult[] = [];
  for (const turn of startTurns(pod, actions.start, (name) => deps.postStart.isRunning(record.hooked.get(name) ?? ''))) {
    results.push(...(await Promise.all(turn.map((start) => startContainer(deps, { pod, record, world, sandboxId: sandbox.id, ip, volumes, start })))));
    // The hook of the last one, once begun, is waited for; what cannot be started holds nobody up.
    const last = turn.at(-1)?.container;
    if (last?.lifecycle?.postStart !== undefined && !record.failures.has(last.name) && !record.imageWaits.has(last.name)) break;
  }
  return results;
}

/** What a container lacked may be there now that an object which it refers to has changed. */
function forgetStaleFailures(deps: WorkerDependencies, record: PodRecord, pod: Pod): void {
  const version = deps.sources.version(identityOf(pod).uid);
  if (record.sourcesVersion === version) return;
  record.sourcesVersion = version;
  for (const [name, { waiting }] of record.failures) if (waiting.reason === 'CreateContainerConfigError') record.failures.delete(name);
}

/** Undefined where one cannot be mounted: that is told, and the pod's containers wait. */
async function volumesOf(deps: WorkerDependencies, record: PodRecord, pod: Pod, sandboxPid: number | undefined): Promise<MountedVolumes | undefined> {
  try {
    const volumes = await deps.volumes.setUp(pod, sandboxPid);
    delete record.mountFailure;
    return volumes;
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    if (record.mountFailure !== error.message) deps.event(podReference(pod), { type: 'Warning', reason: 'FailedMount', message: error.message });
    record.mountFailure = error.message;
    return undefined;
  }
}
