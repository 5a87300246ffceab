import type { ObjectReader } from '../registry/object-reader.js';
import type { AdmissionPlugin } from './chain.js';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './plugins/certificates/certificates.js';
import { defaultTolerationSeconds } from './plugins/default-toleration-seconds/default-toleration-seconds.js';
import { heldAddresses } from './plugins/held-addresses/held-addresses.js';
import { limitRanger } from './plugins/limit-ranger/limit-ranger.js';
import type { LimitRangesReader } from './plugins/limit-ranger/limit-ranger.js';
import { namespaceLifecycle } from './plugins/namespace-lifecycle/namespace-lifecycle.js';
import type { NamespaceReader } from './plugins/namespace-lifecycle/namespace-lifecycle.js';
import { nodeRestriction } from './plugins/node-restriction/node-restriction.js';
import type { PodReader } from './plugins/node-restriction/node-restriction.js';
import type { NodeVisitor } from './plugins/node-restriction/pod-ranges.js';
import { priority } from './plugins/priority/priority.js';
import type { PriorityClassReader } from './plugins/priority/priority.js';
import { rbacEscalation } from './plugins/rbac-escalation/rbac-escalation.js';
import type { EscalationReaders } from './plugins/rbac-escalation/rbac-escalation.js';
import type { QuotaLedger } from './plugins/resource-quota/quota-ledger.js';
import { resourceQuota } from './plugins/resource-quota/resource-quota.js';
import { serviceAccount } from './plugins/service-account/service-account.js';
import type { ServiceAccountReader } from './plugins/service-account/service-account.js';

/** What the plugins need to read. */
export interface PluginReaders {
  readonly namespace: NamespaceReader;
  readonly pod: PodReader;
  readonly nodes: NodeVisitor;
  readonly escalation: EscalationReaders;
  readonly services: ObjectReader;
  readonly limitRanges: LimitRangesReader;
  readonly priorityClasses: PriorityClassReader;
  readonly quotas: QuotaLedger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Absent: service accounts have no tokens, and pods are not asked for one that exists. */
  readonly serviceAccounts: ServiceAccountReader | undefined;
}

/** All plugins, in the order in which they are asked: upstream's, and ours behind them. */
export function createPlugins(readers: PluginReaders): readonly AdmissionPlugin[] {
  const { authorizer } = readers.escalation;
  return [
    rbacEscalation(readers.escalation),
    namespaceLifecycle(readers.namespace),
    limitRanger(readers.limitRanges),
    serviceAccount(readers.serviceAccounts),
    nodeRestriction({ pods: readers.pod, nodes: readers.nodes, authorizer }),
    priority(readers.priorityClasses),
    defaultTolerationSeconds,
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    certificateSubjectRestriction,
    heldAddresses(readers.services),
    resourceQuota(readers.quotas, readers.now),
  ];
}
