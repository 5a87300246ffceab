import { isConflict, isNotFound } from '@gantry/apimachinery';
import { PODS } from '@gantry/client';
import type { ContainerStatus } from '@gantry/container-runtime';
import { containersOf, identityOf, initContainersOf, isSidecar, podReference } from '../pods/pod.js';
import type { Container, Pod } from '../pods/pod.js';
import { isAlive } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import type { WorkerDependencies } from './dependencies.js';
import type { Lifecycle } from './lifecycle.js';

/** Begins, or hastens, the end of what runs: sidecars only when the others are through. */
export function terminatePod(deps: WorkerDependencies, podUid: string, pod: Pod | undefined, world: PodWorld, lifecycle: Lifecycle & { state: 'terminating' }): void {
  const left = (lifecycle.since + lifecycle.graceSeconds * 1000 - deps.clock.now()) / 1000;
  for (const container of nextToEnd(pod, world)) {
    const spec = specOf(pod, container.name);
    deps.stopper.stop({
      podUid,
      containerId: container.id,
      graceSeconds: Math.max(0, left),
      ...(spec?.lifecycle?.preStop === undefined ? {} : { preStop: spec.lifecycle.preStop }),
      begins: () => tell(deps, pod, container, 'Normal', 'Killing', `Stopping container ${container.name}`),
      hookFailed: (message) => tell(deps, pod, container, 'Warning', 'FailedPreStopHook', `PreStopHook failed: ${message}`),
    });
  }
}

function nextToEnd(pod: Pod | undefined, world: PodWorld): ContainerStatus[] {
  const alive = world.containers.filter(isAlive);
  const sidecars = new Set(pod === undefined ? [] : initContainersOf(pod).filter(isSidecar).map(({ name }) => name));
  const others = alive.filter(({ name }) => !sidecars.has(name));
  return others.length > 0 ? others : alive;
}

function specOf(pod: Pod | undefined, name: string): Container | undefined {
  return pod === undefined ? undefined : [...initContainersOf(pod), ...containersOf(pod)].find((container) => container.name === name);
}

function tell(deps: WorkerDependencies, pod: Pod | undefined, container: ContainerStatus, type: 'Normal' | 'Warning', reason: string, message: string): void {
  if (pod !== undefined) deps.event(podReference(pod, container.name), { type, reason, message });
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

/** The last act: the object goes, if it is still this pod's. */
export async function deleteObject(deps: WorkerDependencies, pod: Pod): Promise<void> {
  const { uid, namespace, name } = identityOf(pod);
  try {
    await deps.client.resource<Pod>(PODS, namespace).delete(name, { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    // Gone, or another pod of this name is there: this one is gone either way.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
