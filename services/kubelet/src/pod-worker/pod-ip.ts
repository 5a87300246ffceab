import { isHostNetwork } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { WorkerDependencies } from './dependencies.js';
import type { PodRecord } from './record.js';

/** Where the pod's containers are reached from its node; '' where that is not known. */
export function podIpOf({ hostIps }: Pick<WorkerDependencies, 'hostIps'>, record: PodRecord, pod: Pod): string {
  if (isHostNetwork(pod)) return hostIps[0] ?? '';
  return record.plugged?.ip ?? pod.status?.podIP ?? '';
}
