import { csrApprovingController } from './certificates/approving/controller.js';
import { csrCleaningController } from './certificates/cleaning/controller.js';
import { csrSigningController } from './certificates/signing/controller.js';
import type { Controller } from './controller-context.js';
import { clusterRoleAggregationController } from './cluster-role-aggregation/controller.js';
import { departedNodesController } from './departed-nodes/controller.js';
import { deploymentController } from './deployment/controller.js';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/controller.js';
import { endpointSliceController } from './endpoint-slice/controller.js';
import { endpointsController } from './endpoints/controller.js';
import { garbageCollector } from './garbage-collector/controller.js';
import { namespaceController } from './namespace/controller.js';
import { nodeIpamController } from './node-ipam/controller.js';
import { nodeLifecycleController } from './node-lifecycle/controller.js';
import { podGcController } from './pod-gc/controller.js';
import { replicaSetController, replicationControllerController } from './replicaset/controller.js';
import { resourceQuotaController } from './resource-quota/controller.js';
import { rootCaController } from './root-ca/controller.js';
import { serviceAccountController } from './service-account/controller.js';
import { storageVersionMigrator } from './storage-version-migrator/controller.js';
import { taintEvictionController } from './taint-eviction/controller.js';

/** All controllers, in the order in which they start; none depends on it. */
export const controllers: readonly Controller[] = [
  namespaceController,
  serviceAccountController,
  rootCaController,
  clusterRoleAggregationController,
  garbageCollector,
  deploymentController,
  replicaSetController,
  replicationControllerController,
  resourceQuotaController,
  endpointSliceController,
  endpointsController,
  endpointSliceMirroringController,
  nodeIpamController,
  nodeLifecycleController,
  departedNodesController,
  taintEvictionController,
  podGcController,
  storageVersionMigrator,
  csrApprovingController,
  csrSigningController,
  csrCleaningController,
];
