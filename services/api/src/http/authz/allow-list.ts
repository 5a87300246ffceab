import { BOOTSTRAPPERS_GROUP, MASTERS_GROUP, nodeNameOf } from './identity.js';
import type { Identity } from './identity.js';
import type { NodePods } from './node/node-pods.js';
import { nodeRules } from './node/node-rules.js';
import type { PathRule, Rule } from './rules.js';

/**
 * Who may do what whatever the roles say: administrators, the parts of the control plane, nodes. No change of a role can shut them out, and
 * their requests cost no look at roles. Everybody else has what roles and bindings give.
 */

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const CORE = [''];
const CERTIFICATES = 'certificates.k8s.io';
const EVENTS: Rule = { verbs: ['create', 'update', 'patch'], groups: ['', 'events.k8s.io'], resources: ['events'] };
const LEASES: Rule = { verbs: [...READ, ...WRITE], groups: ['coordination.k8s.io'], resources: ['leases'] };

/** Everything: the cluster's administrators. */
const masters: readonly Rule[] = [{ verbs: ['*'], groups: ['*'], resources: ['*'] }];

/** The reconcile loops: the garbage collector and the namespace loop read, patch and delete whatever there is; creating is named kind by kind. */
const controllerManager: readonly Rule[] = [
  { verbs: [...READ, 'update', 'patch', 'delete', 'deletecollection'], groups: ['*'], resources: ['*'] },
  { verbs: ['update', 'patch'], groups: ['*'], resources: ['nodes/status', 'pods/status', 'namespaces/status', 'namespaces/finalize', 'services/status', 'deployments/status', 'replicasets/status', 'replicationcontrollers/status', 'resourcequotas/status', 'flowschemas/status', 'storageversionmigrations/status'] },
  { verbs: ['create'], groups: CORE, resources: ['pods', 'serviceaccounts', 'configmaps', 'namespaces', 'endpoints', 'pods/eviction'] },
  { verbs: ['create'], groups: ['discovery.k8s.io'], resources: ['endpointslices', 'endpointslices/restricted'] },
  { verbs: ['create'], groups: ['apps'], resources: ['replicasets'] },
  { verbs: ['create'], groups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'] },
  { verbs: ['approve'], groups: [CERTIFICATES], resources: ['signers'], names: ['kubernetes.io/kube-apiserver-client-kubelet'] },
  { verbs: ['sign'], groups: [CERTIFICATES], resources: ['signers'], names: ['kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/kube-apiserver-client'] },
  // Aggregated cluster roles are put together by a controller that has none of their rules.
  { verbs: ['escalate'], groups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] },
  EVENTS,
  LEASES,
];

/** Upstream's `system:kube-scheduler`. */
const scheduler: readonly Rule[] = [
  { verbs: READ, groups: CORE, resources: ['nodes', 'pods', 'namespaces'] },
  { verbs: READ, groups: ['apps'], resources: ['replicasets'] },
  { verbs: ['delete'], groups: CORE, resources: ['pods'] },
  { verbs: ['create'], groups: CORE, resources: ['pods/binding'] },
  { verbs: ['update', 'patch'], groups: CORE, resources: ['pods/status'] },
  EVENTS,
  LEASES,
];

/** Begins the name of every request that a joining node makes: no other may it read. */
const JOIN_PREFIX = 'node-csr-';

/** A node that has no name yet asks for the certificate of one. That it is approved without an administrator is the last rule. */
const bootstrapper: readonly Rule[] = [
  { verbs: ['create'], groups: [CERTIFICATES], resources: ['certificatesigningrequests'] },
  { verbs: ['get'], groups: [CERTIFICATES], resources: ['certificatesigningrequests'], unless: ({ name }) => (name.startsWith(JOIN_PREFIX) ? undefined : `can only get requests whose name begins with ${JOIN_PREFIX}`) },
  { verbs: ['create'], groups: [CERTIFICATES], resources: ['certificatesigningrequests/nodeclient'] },
];

const byUser: Readonly<Record<string, readonly Rule[]>> = {
  'system:kube-controller-manager': controllerManager,
  'system:kube-scheduler': scheduler,
};

/** The rules of an identity, from its user and its groups. */
export function rulesFor(identity: Identity, pods: NodePods): readonly Rule[] {
  const nodeName = nodeNameOf(identity);
  return [
    ...(identity.groups.includes(MASTERS_GROUP) ? masters : []),
    ...(Object.hasOwn(byUser, identity.name) ? byUser[identity.name]! : []),
    ...(identity.groups.includes(BOOTSTRAPPERS_GROUP) ? bootstrapper : []),
    ...(nodeName === undefined ? [] : nodeRules(nodeName, pods)),
  ];
}

const everyone: readonly PathRule[] = [{ verbs: ['get'], paths: ['/livez', '/livez/*', '/readyz', '/readyz/*', '/healthz', '/healthz/*', '/version', '/version/'] }];
const mastersPaths: readonly PathRule[] = [{ verbs: ['*'], paths: ['*'] }];

/** The paths without resource that need no role: health and version are anybody's. */
export function pathRulesFor(identity: Identity | undefined): readonly PathRule[] {
  if (identity === undefined) return everyone;
  return identity.groups.includes(MASTERS_GROUP) ? mastersPaths : everyone;
}
