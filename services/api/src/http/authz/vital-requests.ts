import type { ResourceAttributes } from './attributes.js';
import { NODES_GROUP } from './identity.js';
import type { Identity } from './identity.js';

/** Who elects leaders among the cluster's own components. */
const COMPONENTS: ReadonlySet<string> = new Set(['system:kube-controller-manager', 'system:kube-scheduler']);

/** Heartbeats of nodes and leases of leaders: to turn them away under load would make the cluster take what works for dead. */
export function isVital(identity: Identity, { group, resource, subresource }: ResourceAttributes): boolean {
  const isLease = group === 'coordination.k8s.io' && resource === 'leases';
  if (COMPONENTS.has(identity.name)) return isLease;
  const isNodeStatus = group === '' && resource === 'nodes' && (subresource === '' || subresource === 'status');
  return identity.groups.includes(NODES_GROUP) && (isLease || isNodeStatus);
}
