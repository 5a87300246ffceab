import { isConflict, isNotFound } from '@gantry/apimachinery';
import { PODS } from '@gantry/client';
import type { ContainerStatus } from '@gantry/container-runtime';
import { identityOf, initContainersOf, isSidecar } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { isAlive } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import type { WorkerDependencies } from './dependencies.js';
import type { Lifecycle } from './lifecycle.js';
import type { PodRecord } from './record.js';
import { beginStop } from './stop-container.js';

/** Begins, or hastens, the end of what runs: sidecars, the last first, when the others are through, but hooks all at once. */
export function terminatePod(deps: WorkerDependencies, record: PodRecord, podUid: string, world: PodWorld, lifecycle: Lifecycle & { state: 'terminating' }): void {
  const graceSeconds = Math.max(0, (lifecycle.since + lifecycle.graceSeconds * 1000 - deps.clock.now()) / 1000);
  const pod = record.pod ?? { metadata: { uid: podUid } };
  for (const { container, after } of endOrder(record.pod, world)) {
    deps.postStart.forget(container.id);
    beginStop(deps, record, pod, { id: container.id, name: container.name, message: `Stopping container ${container.name}`, graceSeconds, after });
  }
}

/** What runs, in the order in which it ends; `after`: the containers that it waits for. */
function endOrder(pod: Pod | undefined, world: PodWorld): { container: ContainerStatus; after: string[] }[] {
  const alive = world.containers.filter(isAlive);
  const sidecars = pod === undefined ? [] : initContainersOf(pod).filter(isSidecar).map(({ name }) => name);
  const first = alive.filter(({ name }) => !sidecars.includes(name));
  const last = sidecars.reverse().flatMap((name) => alive.filter((container) => container.name === name));
  const ids = [...first, ...last].map(({ id }) => id);
  return [...first.map((container) => ({ container, after: [] })), ...last.map((container, index) => ({ container, after: ids.slice(0, first.length + index) }))];
}

/** The sandboxes of a pod without running containers: stopped, and the address given back. */
export async function releaseSandboxes(deps: WorkerDependencies, podUid: string, world: PodWorld): Promise<void> {
  const ready = world.sandboxes.filter(({ state }) => state === 'ready');
  await Promise.all(ready.map(({ id }) => deps.runtime.stopSandbox(id)));
  await deps.network?.detach(podUid);
}

/** All that the runtime and the disk have of a pod. */
export async function removeRemains(deps: WorkerDependencies, podUid: string, world: PodWorld): Promise<void> {
  await Promise.all(world.containers.map(({ id }) => deps.runtime.removeContainer(id)));
  await Promise.all(world.sandboxes.map(({ id }) => deps.runtime.removeSandbox(id)));
  await deps.files.removePod(podUid);
  deps.puller.forget(podUid);
}

/** The last act: the object goes, if it is still this pod's. One that somebody's finalizers hold was told once, which is enough. */
export async function deleteObject(deps: WorkerDependencies, pod: Pod): Promise<void> {
  const { uid, namespace, name } = identityOf(pod);
  const { finalizers = [], deletionGracePeriodSeconds } = pod.metadata ?? {};
  if (finalizers.length > 0 && deletionGracePeriodSeconds === 0) return;
  try {
    await deps.client.resource<Pod>(PODS, namespace).delete(name, { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    // Gone, or another pod of this name is there: this one is gone either way.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
