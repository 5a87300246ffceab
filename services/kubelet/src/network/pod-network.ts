import type { PodIdentity } from '../pods/pod.js';
import type { HostPort } from './host-port-rules.js';

/** Plugs sandboxes into the node. All of it may be repeated: what is there already stays. */
export interface PodNetwork {
  /**
   * Gives the sandbox of this process an address and a way to it, also by these ports of the node; returns the address, the same for as
   * long as the pod lives.
   */
  attach(pod: PodIdentity, pid: number, hostPorts: readonly HostPort[]): Promise<string>;
  detach(podUid: string): Promise<void>;
  /** Frees what belongs to none of these pods. */
  retain(podUids: ReadonlySet<string>): Promise<void>;
}

/**
 * Makes a node's pod network once the node is registered: its range of addresses comes from the API. Called again, with back-off,
 * while it rejects; the node is not ready meanwhile.
 */
export type MakePodNetwork = (signal: AbortSignal) => Promise<PodNetwork>;
