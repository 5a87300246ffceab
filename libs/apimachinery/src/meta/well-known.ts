/** Annotations, labels, finalizers and taints whose names are part of the API. */
export const wellKnownAnnotations = {
  lastApplied: 'kubectl.kubernetes.io/last-applied-configuration',
  restartedAt: 'kubectl.kubernetes.io/restartedAt',
  changeCause: 'kubernetes.io/change-cause',
  deploymentRevision: 'deployment.kubernetes.io/revision',
  deploymentRevisionHistory: 'deployment.kubernetes.io/revision-history',
  desiredReplicas: 'deployment.kubernetes.io/desired-replicas',
  maxReplicas: 'deployment.kubernetes.io/max-replicas',
  configSource: 'kubernetes.io/config.source',
  configHash: 'kubernetes.io/config.hash',
  configMirror: 'kubernetes.io/config.mirror',
  podDeletionCost: 'controller.kubernetes.io/pod-deletion-cost',
} as const;

export const wellKnownLabels = {
  hostname: 'kubernetes.io/hostname',
  os: 'kubernetes.io/os',
  arch: 'kubernetes.io/arch',
  zone: 'topology.kubernetes.io/zone',
  region: 'topology.kubernetes.io/region',
  namespaceName: 'kubernetes.io/metadata.name',
  podTemplateHash: 'pod-template-hash',
  nodeRole: 'kubernetes.io/role',
  nodeRolePrefix: 'node-role.kubernetes.io/',
} as const;

export const wellKnownFinalizers = { orphan: 'orphan', foregroundDeletion: 'foregroundDeletion', kubernetes: 'kubernetes' } as const;

export const wellKnownTaints = {
  notReady: 'node.kubernetes.io/not-ready',
  unreachable: 'node.kubernetes.io/unreachable',
  unschedulable: 'node.kubernetes.io/unschedulable',
  memoryPressure: 'node.kubernetes.io/memory-pressure',
  diskPressure: 'node.kubernetes.io/disk-pressure',
  pidPressure: 'node.kubernetes.io/pid-pressure',
  networkUnavailable: 'node.kubernetes.io/network-unavailable',
} as const;
