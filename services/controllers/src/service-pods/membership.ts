import type { coreV1 } from '@gantry/api-types';
import { deepEqual } from '@gantry/apimachinery';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { isPodFinished, isPodReady } from '../pods/pod-status.js';

/** Whether the pod can have traffic, or could: it has an address and has not ended. */
export function hasEndpoint(pod: coreV1.Pod): boolean {
  return !isPodFinished(pod) && podAddresses(pod).length > 0;
}

export function podAddresses({ status }: coreV1.Pod): readonly string[] {
  const addresses = (status?.podIPs ?? []).map(({ ip }) => ip ?? '').filter((ip) => ip !== '');
  return addresses.length > 0 || (status?.podIP ?? '') === '' ? addresses : [status?.podIP ?? ''];
}

/** The name that the pod has within the service: its own, where its subdomain is the service's name. */
export function hostnameWithin(service: coreV1.Service, { spec }: coreV1.Pod): string | undefined {
  const { hostname = '', subdomain } = spec ?? {};
  return hostname !== '' && subdomain === service.metadata?.name ? hostname : undefined;
}

function relevant(pod: coreV1.Pod): unknown {
  const { hostname, subdomain, nodeName } = pod.spec ?? {};
  return [pod.metadata?.labels, hostname, subdomain, nodeName, isBeingDeleted(pod), isPodReady(pod), hasEndpoint(pod), podAddresses(pod)];
}

/** Whether something changed that an endpoint shows, or that decides which services select the pod. */
export function changesEndpoints(pod: coreV1.Pod, old: coreV1.Pod): boolean {
  return !deepEqual(relevant(pod), relevant(old));
}
