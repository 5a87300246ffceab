import { Backoff, delay } from '@gantry/async';
import type { Clock, Logger } from '@gantry/async';
import type { MakePodNetwork, PodNetwork } from './pod-network.js';

export interface PendingNetworkOptions {
  readonly make: MakePodNetwork;
  /** The node must be registered before it can have a range of addresses. */
  readonly registered: Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when `problem` is another one. */
  readonly changed: () => void;
  readonly signal: AbortSignal;
}

/** A pod network that comes into being while the kubelet already reports its node. Until then its methods reject. */
export interface PendingNetwork extends PodNetwork {
  /** Resolves when pods can be plugged in; rejects only when `signal` aborts before. */
  readonly ready: Promise<void>;
  /** Why pods cannot be plugged in yet; undefined when they can. */
  readonly problem: string | undefined;
  /** The address of a pod that was plugged in. */
  addressOf(podUid: string): string | undefined;
}

/** Milliseconds between attempts. */
const RETRY = { initial: 500, cap: 15_000 };
/** What a container runtime says before a network was set up. */
const NOT_YET = 'cni plugin not initialized';

export function startPendingNetwork(options: PendingNetworkOptions): PendingNetwork {
  let made: PodNetwork | undefined;
  let problem: string | undefined = NOT_YET;
  const become = (text: string | undefined): void => {
    if (problem === text) return;
    problem = text;
    options.changed();
  };
  const ready = makeUntilMade(options, become).then((network) => {
    made = network;
    become(undefined);
  });
  ready.catch(() => undefined);
  const network = (): PodNetwork => {
    if (made === undefined) throw new Error(notReady(problem ?? NOT_YET));
    return made;
  };
  const addresses = new Map<string, string>();
  return {
    ready,
    get problem() {
      return problem;
    },
    addressOf: (podUid) => addresses.get(podUid),
    async attach(pod, pid, hostPorts) {
      const address = await network().attach(pod, pid, hostPorts);
      addresses.set(pod.uid, address);
      return address;
    },
    async detach(podUid) {
      addresses.delete(podUid);
      await network().detach(podUid);
    },
    async retain(podUids) {
      for (const uid of addresses.keys()) if (!podUids.has(uid)) addresses.delete(uid);
      await network().retain(podUids);
    },
  };
}

/** As the condition of the runtime reads in the node's. */
export function notReady(problem: string): string {
  return `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: ${problem}`;
}

async function makeUntilMade({ make, registered, clock, logger, signal }: PendingNetworkOptions, failed: (text: string) => void): Promise<PodNetwork> {
  await registered;
  const backoff = new Backoff(RETRY);
  for (;;) {
    signal.throwIfAborted();
    try {
      return await make(signal);
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ error: String(error), failures: backoff.failures }, 'the pod network could not be made');
      failed(error instanceof Error ? error.message : String(error));
      await delay(clock, backoff.next(), signal);
    }
  }
}
