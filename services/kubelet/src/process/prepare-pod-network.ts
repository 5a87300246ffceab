import type { PodNetwork } from '../network/pod-network.js';

export interface PreparedPodNetwork {
  /** Undefined: pods are on the engine's own bridge. */
  readonly network: PodNetwork | undefined;
  readonly warnings: readonly string[];
}

/** The routed network where the machine allows it. Where it does not, pods still run, on addresses that the engine gives. */
export async function preparePodNetwork(make: () => Promise<PodNetwork>): Promise<PreparedPodNetwork> {
  try {
    return { network: await make(), warnings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { network: undefined, warnings: [`pods are on the engine's bridge, without addresses of the cluster: the pod network cannot be set up (${reason}).`] };
  }
}
