import type { Pod } from '../pods/pod.js';
import type { WaitingReason } from '../status/container-status.js';
import type { Lifecycle } from './lifecycle.js';

/** A container that could not be made or started, and when that is tried again (milliseconds since the epoch). */
export interface StartFailure {
  readonly waiting: WaitingReason;
  readonly retryAt: number;
}

/**
 * What a kubelet keeps in memory of one pod. All of it can be lost: what must survive stands in the runtime's labels, in
 * files or in the API.
 */
export interface PodRecord {
  lifecycle: Lifecycle;
  /** When this kubelet saw the pod for the first time, milliseconds since the epoch. */
  readonly seenAt: number;
  /** The last object that the API had. */
  pod: Pod | undefined;
  /** The sandbox that is known to be plugged in, and its address. */
  plugged?: { readonly sandboxId: string; readonly ip: string | undefined };
  readonly failures: Map<string, StartFailure>;
  /** Why a container's image is not there, by container. */
  readonly imageWaits: Map<string, WaitingReason>;
  /** By container id. */
  readonly terminationMessages: Map<string, string>;
  /** Ended containers whose termination message was looked for. */
  readonly examined: Set<string>;
  /** By name of a container, the id of the one whose wait was told of: that need not be told at every look. */
  readonly backedOff: Map<string, string>;
  /** Why volumes could not be mounted, as it was told last; unset: they could. */
  mountFailure?: string;
  /** Of the objects that the pod refers to, when its failures were last judged. */
  sourcesVersion?: number;
  /** Of containers with a hook, by name, the id of the one whose hook ran last. */
  readonly hooked: Map<string, string>;
  /** Containers that were ended only to be started again. */
  readonly ended: Set<string>;
  /** Those of them in whose place another one comes. */
  readonly renewed: Set<string>;
  /** Why containers wait, as it was told last. */
  waiting: ReadonlyMap<string, WaitingReason>;
  verdict?: { readonly reason: string; readonly message: string };
}

export function newRecord(seenAt: number): PodRecord {
  return {
    lifecycle: { state: 'syncing' }, seenAt, pod: undefined, failures: new Map(), imageWaits: new Map(), terminationMessages: new Map(), examined: new Set(), backedOff: new Map(), ended: new Set(), renewed: new Set(), waiting: new Map(), hooked: new Map(),
  };
}
