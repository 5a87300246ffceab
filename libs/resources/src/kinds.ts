import { controllerRevision } from './apps/controller-revision/kind.js';
import { deployment } from './apps/deployment/kind.js';
import { replicaSet } from './apps/replica-set/kind.js';
import { certificateSigningRequest } from './certificates/certificate-signing-request/kind.js';
import { lease } from './coordination/lease/kind.js';
import { configMap } from './core/config-map/kind.js';
import { endpoints } from './core/endpoints/kind.js';
import { event } from './core/event/kind.js';
import { limitRange } from './core/limit-range/kind.js';
import { namespace } from './core/namespace/kind.js';
import { node } from './core/node/kind.js';
import { podTemplate } from './core/pod-template/kind.js';
import { pod } from './core/pod/kind.js';
import { replicationController } from './core/replication-controller/kind.js';
import { resourceQuota } from './core/resource-quota/kind.js';
import { secret } from './core/secret/kind.js';
import { serviceAccount } from './core/service-account/kind.js';
import { service } from './core/service/kind.js';
import type { KindDescriptor } from './descriptor.js';
import { endpointSlice } from './discovery/endpoint-slice/kind.js';
import { newEvent } from './events/event/kind.js';
import { flowSchema } from './flowcontrol/flow-schema/kind.js';
import { priorityLevelConfiguration } from './flowcontrol/priority-level-configuration/kind.js';
import { ipAddress } from './networking/ip-address/kind.js';
import { serviceCIDR } from './networking/service-cidr/kind.js';
import { clusterRoleBinding } from './rbac/cluster-role-binding/kind.js';
import { clusterRole } from './rbac/cluster-role/kind.js';
import { roleBinding } from './rbac/role-binding/kind.js';
import { role } from './rbac/role/kind.js';
import { priorityClass } from './scheduling/priority-class/kind.js';
import { storageVersionMigration } from './storagemigration/storage-version-migration/kind.js';

/** Every built-in kind, group by group; discovery lists them in this order. */
export const kinds: readonly KindDescriptor[] = [
  configMap, endpoints, event, limitRange, namespace, node, pod, podTemplate, replicationController, resourceQuota, secret, serviceAccount, service,
  controllerRevision, deployment, replicaSet, certificateSigningRequest, lease, endpointSlice, newEvent, flowSchema, priorityLevelConfiguration, ipAddress, serviceCIDR,
  clusterRoleBinding, clusterRole, roleBinding, role, priorityClass, storageVersionMigration,
];
