import { graceSecondsOf, identityOf, formatPod, podReference } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { currentSandbox, latestOf } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { MountError, setUpVolumes } from '../volumes/volumes.js';
import type { VolumePaths } from '../volumes/volumes.js';
import { computePodActions } from './actions.js';
import type { PodActions } from './actions.js';
import { earliest } from './dependencies.js';
import type { WorkerDependencies } from './dependencies.js';
import { findGarbage } from './garbage.js';
import type { PodRecord } from './record.js';
import { createSandbox, plugIn } from './sandbox-step.js';
import { startContainer } from './start-container.js';
import type { StartResult } from './start-container.js';

/** Milliseconds until volumes that could not be mounted are tried again. */
const MOUNT_RETRY = 10_000;

export interface SyncResult extends StartResult {
  readonly actions: PodActions;
  readonly ip: string | undefined;
}

/** One step towards a running pod: decides, then does what was decided. */
export async function syncPod(deps: WorkerDependencies, record: PodRecord, pod: Pod, world: PodWorld): Promise<SyncResult> {
  const actions = computePodActions(pod, world, deps.clock.now());
  await clearAway(deps, pod, world, actions);
  if (actions.createSandbox !== undefined) {
    await createSandbox(deps, pod, actions.createSandbox.attempt);
    return { actions, ip: undefined, changed: true };
  }
  const sandbox = currentSandbox(world);
  if (sandbox === undefined) return { actions, ip: undefined, changed: actions.killSandboxes.length > 0 };
  const ip = await plugIn(deps, record, pod, sandbox);
  stopChanged(deps, pod, actions);
  tellBackOff(deps, record, pod, world, actions);
  const results = await startAll(deps, record, pod, sandbox.id, ip, actions);
  const wakeAt = earliest([actions.wakeAt, ...results.map((result) => result.wakeAt)]);
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

function stopChanged(deps: WorkerDependencies, pod: Pod, actions: PodActions): void {
  for (const { id, name, message } of actions.stop) {
    deps.stopper.stop({
      podUid: identityOf(pod).uid,
      containerId: id,
      graceSeconds: graceSecondsOf(pod),
      begins: () => deps.event(podReference(pod, name), { type: 'Normal', reason: 'Killing', message }),
      hookFailed: () => undefined,
    });
  }
}

/** Once for each end of a container, not at each look at it. */
function tellBackOff(deps: WorkerDependencies, record: PodRecord, pod: Pod, world: PodWorld, actions: PodActions): void {
  for (const { name } of actions.waiting) {
    const key = `back-off ${latestOf(world, name)?.id ?? ''}`;
    if (record.told.has(key)) continue;
    record.told.add(key);
    const message = `Back-off restarting failed container ${name} in pod ${formatPod(identityOf(pod))}`;
    deps.event(podReference(pod, name), { type: 'Warning', reason: 'BackOff', message });
  }
}

async function startAll(deps: WorkerDependencies, record: PodRecord, pod: Pod, sandboxId: string, ip: string | undefined, actions: PodActions): Promise<StartResult[]> {
  if (actions.start.length === 0) return [];
  const volumes = await volumesOf(deps, record, pod);
  if (volumes === undefined) return [{ changed: false, wakeAt: deps.clock.now() + MOUNT_RETRY }];
  return Promise.all(actions.start.map((start) => startContainer(deps, { pod, record, sandboxId, ip, volumes, start })));
}

/** Undefined where one cannot be mounted: that is told, and the pod's containers wait. */
async function volumesOf(deps: WorkerDependencies, record: PodRecord, pod: Pod): Promise<VolumePaths | undefined> {
  if (!deps.hasFiles) return new Map();
  try {
    return await setUpVolumes(pod, { podDirectory: deps.files.podDirectory(identityOf(pod).uid), forbidden: deps.forbiddenPaths });
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    if (!record.told.has(error.message)) deps.event(podReference(pod), { type: 'Warning', reason: 'FailedMount', message: error.message });
    record.told.add(error.message);
    return undefined;
  }
}
