import type { coreV1 } from '@gantry/api-types';
import type { EventContent } from '@gantry/controller';
import { identityOf, isTerminalPhase, podReference } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import { isAlive } from '../pods/world.js';
import type { PodWorld } from '../pods/world.js';
import { qosClass } from '../status/qos.js';
import { amountsOf, podRequests, sum } from './pod-requests.js';
import { resizeLeftBehind, resizeOfUpdate } from './pod-resize.js';
import type { PodResize } from './pod-resize.js';
import { refusalOf } from './refusal.js';
import type { Refusal } from './refusal.js';
import { isSameAllocation, requirementsOf, withAllocation } from './requirements.js';
import type { Allocation } from './requirements.js';
import { resizeEvents } from './resize-events.js';

export interface AllocationsOptions {
  /** Those of the node. */
  readonly pods: () => readonly Pod[];
  readonly capacity: () => Readonly<{ cpu: string; memory: string }>;
  readonly event: (reference: coreV1.ObjectReference, content: EventContent) => void;
  /** The pod of this uid can be given what it waits for. */
  readonly changed: (podUid: string) => void;
}

export interface Allocated {
  /** The pod as it is to run: with what it was given. */
  readonly pod: Pod;
  /** It was given something else, which the API has to be told before it is done. */
  readonly isUntold: boolean;
}

/**
 * What each pod of the node was given of it (KEP-1287): what it asked for when it came, until a resize that fits. Keeps something of those
 * pods only whose resize is on its way; all of it can be lost, for the API is told before anything is done.
 */
export class Allocations {
  readonly #resizes = new Map<string, PodResize>();
  /** Those that wait for others to go, the longest first. */
  readonly #deferred = new Set<string>();

  constructor(private readonly options: AllocationsOptions) {}

  of(podUid: string): PodResize | undefined {
    return this.#resizes.get(podUid);
  }

  /** Looks whether the pod asks for something else, and whether it can have it. `before`: as it was at the last look, if there was one. */
  look(before: Pod | undefined, pod: Pod, world: PodWorld): Allocated {
    const { uid } = identityOf(pod);
    const resize = this.#resizes.get(uid) ?? (before === undefined ? resizeLeftBehind(pod, world) : resizeOfUpdate(before, pod));
    if (resize === undefined) return { pod, isUntold: false };
    this.#resizes.set(uid, resize);
    this.#give(uid, resize, pod, world);
    return { pod: withAllocation(pod, resize.allocated), isUntold: resize.isUntold === true };
  }

  /** The API knows of what the pod was given. */
  told(podUid: string): void {
    delete this.#resizes.get(podUid)?.isUntold;
  }

  /** Ends a resize whose pod asks for what it was given, and whose containers have it. */
  settle(pod: Pod, world: PodWorld): void {
    const { uid } = identityOf(pod);
    const resize = this.#resizes.get(uid);
    if (resize === undefined) return;
    for (const id of resize.actual.keys()) if (!world.containers.some((container) => container.id === id && isAlive(container))) resize.actual.delete(id);
    if (resize.actual.size > 0) return;
    if (resize.inProgress) this.options.event(podReference(pod), resizeEvents.completed(withAllocation(pod, resize.allocated)));
    resize.inProgress = false;
    delete resize.error;
    if (resize.pending === undefined) this.#resizes.delete(uid);
  }

  /** There may be more room than before: sets aside what fits, for who is first in line. */
  retryDeferred(): void {
    if (this.#deferred.size === 0) return;
    const waiting = this.options.pods().filter((pod) => this.#deferred.has(identityOf(pod).uid));
    for (const pod of inLine(waiting, [...this.#deferred])) {
      const { uid } = identityOf(pod);
      const resize = this.#resizes.get(uid);
      if (resize === undefined || resize.granted !== undefined || this.#refusal(uid, resize, pod)?.reason === 'Deferred') continue;
      resize.granted = requirementsOf(pod);
      this.options.changed(uid);
    }
  }

  /** Nothing of the pod runs any more: others may have what it was given. */
  release(podUid: string): void {
    this.#deferred.delete(podUid);
    this.retryDeferred();
  }

  forget(podUid: string): void {
    this.#resizes.delete(podUid);
    this.release(podUid);
  }

  #give(uid: string, resize: PodResize, pod: Pod, world: PodWorld): void {
    const wanted = requirementsOf(pod);
    const isWaiting = !isSameAllocation(wanted, resize.allocated);
    const isGranted = resize.granted !== undefined && isSameAllocation(wanted, resize.granted);
    delete resize.granted;
    const refusal = isWaiting && !isGranted ? this.#refusal(uid, resize, pod) : undefined;
    if (refusal !== undefined) return this.#refuse(uid, resize, pod, refusal);
    delete resize.pending;
    this.#deferred.delete(uid);
    if (isWaiting) this.#begin(resize, wanted, pod, world);
  }

  #begin(resize: PodResize, wanted: Allocation, pod: Pod, world: PodWorld): void {
    for (const container of world.containers.filter(isAlive)) {
      const { id, name } = container;
      if (resize.allocated.has(name) && !resize.actual.has(id)) resize.actual.set(id, resize.allocated.get(name));
    }
    resize.allocated = wanted;
    resize.inProgress = resize.isUntold = true;
    delete resize.error;
    delete resize.retryAt;
    this.options.event(podReference(pod), resizeEvents.started(pod));
    this.retryDeferred();
  }

  #refuse(uid: string, resize: PodResize, pod: Pod, refusal: Refusal): void {
    const { pending, toldGeneration } = resize;
    const generation = pod.metadata?.generation;
    const isNew = pending?.message !== refusal.message || toldGeneration !== generation;
    resize.pending = refusal;
    resize.toldGeneration = generation;
    if (refusal.reason === 'Deferred') this.#deferred.add(uid);
    else this.#deferred.delete(uid);
    if (!isNew) return;
    this.options.event(podReference(pod), resizeEvents.refused(pod, refusal));
    // Until now it counted with what it asks for.
    this.retryDeferred();
  }

  #refusal(uid: string, resize: PodResize, pod: Pod): Refusal | undefined {
    const others = this.options.pods().filter((other) => identityOf(other).uid !== uid && !isTerminalPhase(other.status?.phase));
    const used = others.map((other) => {
      const { granted, allocated } = this.#resizes.get(identityOf(other).uid) ?? {};
      return podRequests(other, granted ?? allocated);
    });
    return refusalOf({ present: podRequests(pod, resize.allocated), wanted: podRequests(pod), used: used.reduce(sum, { cpu: 0, memory: 0 }), capacity: amountsOf(this.options.capacity()) });
  }
}

/** Who is given something first: the higher priority, then who was promised more, then who waits longer. */
function inLine(pods: readonly Pod[], since: readonly string[]): Pod[] {
  const isGuaranteed = (pod: Pod): number => Number(qosClass(pod) === 'Guaranteed');
  const place = (pod: Pod): number => since.indexOf(identityOf(pod).uid);
  return [...pods].sort((a, b) => (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0) || isGuaranteed(b) - isGuaranteed(a) || place(a) - place(b));
}
