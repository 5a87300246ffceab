import type { appsV1, certificatesV1, coordinationV1, coreV1, discoveryV1, rbacV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';
import { CERTIFICATESIGNINGREQUESTS, CLUSTERROLES, CONFIGMAPS, DEPLOYMENTS, ENDPOINTS, ENDPOINTSLICES, LEASES, NAMESPACES, NODES, PODS, REPLICASETS, REPLICATIONCONTROLLERS, RESOURCEQUOTAS, SERVICEACCOUNTS, SERVICES } from '@gantry/client';
import type { Informer, Informers } from '@gantry/informer';
import { BY_SERVICE, serviceEntries } from './endpoint-slice/slice-index.js';
import { controllerOf } from './ownership/controller-ref.js';
import { BY_SELECTOR, selectorEntries } from './service-pods/selector-index.js';

/** Pods by the uid of their controller. */
export const BY_CONTROLLER = 'controller';
/** Pods that nobody controls, by namespace. */
export const ORPHANS = 'orphans';
/** Pods by the node that they are on. */
export const BY_NODE = 'node';

/** The caches that all controllers share. */
export interface ControllerInformers {
  readonly namespaces: Informer<coreV1.Namespace>;
  readonly nodes: Informer<coreV1.Node>;
  readonly pods: Informer<coreV1.Pod>;
  readonly configMaps: Informer<coreV1.ConfigMap>;
  readonly serviceAccounts: Informer<coreV1.ServiceAccount>;
  readonly deployments: Informer<appsV1.Deployment>;
  readonly replicaSets: Informer<appsV1.ReplicaSet>;
  readonly resourceQuotas: Informer<coreV1.ResourceQuota>;
  readonly replicationControllers: Informer<coreV1.ReplicationController>;
  readonly certificateSigningRequests: Informer<certificatesV1.CertificateSigningRequest>;
  readonly leases: Informer<coordinationV1.Lease>;
  readonly services: Informer<coreV1.Service>;
  readonly endpoints: Informer<coreV1.Endpoints>;
  readonly endpointSlices: Informer<discoveryV1.EndpointSlice>;
  readonly clusterRoles: Informer<rbacV1.ClusterRole>;
  /** The source of informers of further kinds; of these it gives the same. */
  readonly all: Informers;
}

function controllerUid(object: KubeObject): readonly string[] {
  const uid = controllerOf(object)?.uid;
  return uid === undefined ? [] : [uid];
}

function orphanNamespace(pod: coreV1.Pod): readonly string[] {
  return controllerOf(pod) === undefined ? [pod.metadata?.namespace ?? ''] : [];
}

function nodeName(pod: coreV1.Pod): readonly string[] {
  const name = pod.spec?.nodeName;
  return name === undefined || name === '' ? [] : [name];
}

/** Declares what the controllers follow, with their indexes: nobody may have asked `all` for these before. */
export function openInformers(all: Informers): ControllerInformers {
  return {
    namespaces: all.informer(NAMESPACES),
    nodes: all.informer(NODES),
    pods: all.informer(PODS, { [BY_CONTROLLER]: controllerUid, [ORPHANS]: orphanNamespace, [BY_NODE]: nodeName }),
    configMaps: all.informer(CONFIGMAPS),
    serviceAccounts: all.informer(SERVICEACCOUNTS),
    deployments: all.informer(DEPLOYMENTS),
    replicaSets: all.informer(REPLICASETS, { [BY_CONTROLLER]: controllerUid }),
    resourceQuotas: all.informer(RESOURCEQUOTAS),
    replicationControllers: all.informer(REPLICATIONCONTROLLERS, { [BY_CONTROLLER]: controllerUid }),
    certificateSigningRequests: all.informer(CERTIFICATESIGNINGREQUESTS),
    leases: all.informer(LEASES),
    services: all.informer(SERVICES, { [BY_SELECTOR]: selectorEntries }),
    endpoints: all.informer(ENDPOINTS),
    endpointSlices: all.informer(ENDPOINTSLICES, { [BY_SERVICE]: serviceEntries }),
    clusterRoles: all.informer(CLUSTERROLES),
    all,
  };
}
