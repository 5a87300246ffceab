import type { ResourceReference } from '@gantry/client';
import {
  CERTIFICATESIGNINGREQUESTS, CLUSTERROLEBINDINGS, CLUSTERROLES, CONFIGMAPS, CONTROLLERREVISIONS, DEPLOYMENTS, ENDPOINTS, ENDPOINTSLICES, EVENTS, FLOWSCHEMAS, IPADDRESSES, LEASES, LIMITRANGES,
  NAMESPACES, NODES, PODS, PODTEMPLATES, PRIORITYCLASSES, PRIORITYLEVELCONFIGURATIONS, REPLICASETS, REPLICATIONCONTROLLERS, RESOURCEQUOTAS, ROLEBINDINGS, ROLES, SECRETS, SERVICEACCOUNTS,
  SERVICECIDRS, SERVICES, STORAGEVERSIONMIGRATIONS,
} from '@gantry/client';

/** A kind that is served, as discovery tells about it. */
export interface DiscoveredResource extends ResourceReference {
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The kinds that are served, all of them, each in one version; Events once, for both their APIs store the same objects. */
export const SERVED_RESOURCES: readonly DiscoveredResource[] = [
  NAMESPACES, NODES, PODS, CONFIGMAPS, SECRETS, SERVICEACCOUNTS, EVENTS, SERVICES, ENDPOINTS, ENDPOINTSLICES, DEPLOYMENTS, REPLICASETS, REPLICATIONCONTROLLERS, CONTROLLERREVISIONS, PODTEMPLATES,
  LEASES, ROLES, ROLEBINDINGS, CLUSTERROLES, CLUSTERROLEBINDINGS, IPADDRESSES, SERVICECIDRS, CERTIFICATESIGNINGREQUESTS, LIMITRANGES, RESOURCEQUOTAS, PRIORITYCLASSES, FLOWSCHEMAS,
  PRIORITYLEVELCONFIGURATIONS, STORAGEVERSIONMIGRATIONS,
];

export function apiVersionOf({ group, version }: ResourceReference): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The resource of a kind in a group, whatever its version: references outlive versions. */
export function findResource(resources: readonly DiscoveredResource[], apiVersion: string, kind: string): DiscoveredResource | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return resources.find((resource) => resource.group === group && resource.kind === kind);
}
