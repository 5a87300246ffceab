import type { coreV1 } from '@gantry/api-types';
import { defaultPodSpec } from '../pod-spec/defaults.js';
import type { DefaultedPod } from './types.js';

/** Fills a pod: its spec, and what templates do not get. */
export function defaultPod(pod: DefaultedPod): void {
  pod.metadata ??= {};
  pod.spec ??= { containers: [] };
  pod.status ??= {};
  const { spec } = pod;
  oneAddress(pod.status);
  defaultPodSpec(spec);
  spec.containers.forEach(requestLimits);
  spec.initContainers?.forEach(requestLimits);
  spec.enableServiceLinks ??= true;
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  if (spec.hostNetwork === true) {
    spec.containers.forEach(exposeOnHost);
    spec.initContainers?.forEach(exposeOnHost);
  }
}

/** The address and the first of the addresses are one; the former counts where they differ. */
function oneAddress(status: coreV1.PodStatus): void {
  const { podIP, podIPs = [] } = status;
  if (podIP && podIP !== podIPs[0]?.ip) status.podIPs = [{ ip: podIP }];
  else if (!podIP && podIPs[0]?.ip) status.podIP = podIPs[0].ip;
}

/** Who sets a limit and no request requests the limit. */
function requestLimits({ resources }: coreV1.Container): void {
  if (resources?.limits === undefined) return;
  const requests = (resources.requests ??= {});
  for (const name in resources.limits) requests[name] ??= resources.limits[name] as string;
}

/** In the node's network every port of a container is one of the node. */
function exposeOnHost({ ports }: coreV1.Container): void {
  ports?.forEach((port) => {
    port.hostPort ||= port.containerPort;
  });
}
