import type { appsV1, certificatesV1, coordinationV1, coreV1, discoveryV1, eventsV1, flowcontrolV1, networkingV1, rbacV1, schedulingV1, storagemigrationV1beta1 } from '@gantry/api-types';
import type { KubeObject, TypedResourceReference } from './client.js';

function reference<T extends KubeObject>(group: string, version: string, resource: string, kind: string, namespaced: boolean): TypedResourceReference<T> {
  return Object.freeze({ group, version, resource, kind, namespaced });
}

export const NAMESPACES = reference<coreV1.Namespace>('', 'v1', 'namespaces', 'Namespace', false);
export const NODES = reference<coreV1.Node>('', 'v1', 'nodes', 'Node', false);
export const PODS = reference<coreV1.Pod>('', 'v1', 'pods', 'Pod', true);
export const CONFIGMAPS = reference<coreV1.ConfigMap>('', 'v1', 'configmaps', 'ConfigMap', true);
export const SECRETS = reference<coreV1.Secret>('', 'v1', 'secrets', 'Secret', true);
export const SERVICEACCOUNTS = reference<coreV1.ServiceAccount>('', 'v1', 'serviceaccounts', 'ServiceAccount', true);
/** The core Event; the same stored objects as `EVENTS_V1`. */
export const EVENTS = reference<coreV1.Event>('', 'v1', 'events', 'Event', true);
export const EVENTS_V1 = reference<eventsV1.Event>('events.k8s.io', 'v1', 'events', 'Event', true);
export const DEPLOYMENTS = reference<appsV1.Deployment>('apps', 'v1', 'deployments', 'Deployment', true);
export const REPLICASETS = reference<appsV1.ReplicaSet>('apps', 'v1', 'replicasets', 'ReplicaSet', true);
export const CERTIFICATESIGNINGREQUESTS = reference<certificatesV1.CertificateSigningRequest>('certificates.k8s.io', 'v1', 'certificatesigningrequests', 'CertificateSigningRequest', false);
export const LEASES = reference<coordinationV1.Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease', true);
export const SERVICES = reference<coreV1.Service>('', 'v1', 'services', 'Service', true);
export const ENDPOINTS = reference<coreV1.Endpoints>('', 'v1', 'endpoints', 'Endpoints', true);
export const ENDPOINTSLICES = reference<discoveryV1.EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice', true);
export const IPADDRESSES = reference<networkingV1.IPAddress>('networking.k8s.io', 'v1', 'ipaddresses', 'IPAddress', false);
export const SERVICECIDRS = reference<networkingV1.ServiceCIDR>('networking.k8s.io', 'v1', 'servicecidrs', 'ServiceCIDR', false);
export const CLUSTERROLES = reference<rbacV1.ClusterRole>('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', false);
export const ROLES = reference<rbacV1.Role>('rbac.authorization.k8s.io', 'v1', 'roles', 'Role', true);
export const ROLEBINDINGS = reference<rbacV1.RoleBinding>('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding', true);
export const CLUSTERROLEBINDINGS = reference<rbacV1.ClusterRoleBinding>('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false);
export const LIMITRANGES = reference<coreV1.LimitRange>('', 'v1', 'limitranges', 'LimitRange', true);
export const PODTEMPLATES = reference<coreV1.PodTemplate>('', 'v1', 'podtemplates', 'PodTemplate', true);
export const REPLICATIONCONTROLLERS = reference<coreV1.ReplicationController>('', 'v1', 'replicationcontrollers', 'ReplicationController', true);
export const RESOURCEQUOTAS = reference<coreV1.ResourceQuota>('', 'v1', 'resourcequotas', 'ResourceQuota', true);
export const CONTROLLERREVISIONS = reference<appsV1.ControllerRevision>('apps', 'v1', 'controllerrevisions', 'ControllerRevision', true);
export const FLOWSCHEMAS = reference<flowcontrolV1.FlowSchema>('flowcontrol.apiserver.k8s.io', 'v1', 'flowschemas', 'FlowSchema', false);
export const PRIORITYLEVELCONFIGURATIONS = reference<flowcontrolV1.PriorityLevelConfiguration>('flowcontrol.apiserver.k8s.io', 'v1', 'prioritylevelconfigurations', 'PriorityLevelConfiguration', false);
export const PRIORITYCLASSES = reference<schedulingV1.PriorityClass>('scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass', false);
export const STORAGEVERSIONMIGRATIONS = reference<storagemigrationV1beta1.StorageVersionMigration>('storagemigration.k8s.io', 'v1beta1', 'storageversionmigrations', 'StorageVersionMigration', false);
