import { AUTHENTICATED_GROUP, MASTERS_GROUP, nodeNameOf } from './identity.js';
import type { Identity } from './identity.js';
import type { PathRule, Rule } from './rules.js';

/**
 * Who may do what, all of it. What is not permitted here is refused. The names are those of upstream's bootstrap roles; what a role has
 * no use for in this cluster is left out.
 */

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const CORE = [''];
const EVENTS: Rule = { verbs: ['create', 'update', 'patch'], groups: ['', 'events.k8s.io'], resources: ['events'] };
const LEASES: Rule = { verbs: [...READ, ...WRITE], groups: ['coordination.k8s.io'], resources: ['leases'] };

/** Everything: the cluster's administrators. */
const masters: readonly Rule[] = [{ verbs: ['*'], groups: ['*'], resources: ['*'] }];

/** The reconcile loops: the garbage collector and the namespace loop read, patch and delete whatever there is; creating is named kind by kind. */
const controllerManager: readonly Rule[] = [
  { verbs: [...READ, 'update', 'patch', 'delete', 'deletecollection'], groups: ['*'], resources: ['*'] },
  { verbs: ['update', 'patch'], groups: ['*'], resources: ['nodes/status', 'pods/status', 'namespaces/status', 'namespaces/finalize', 'services/status', 'deployments/status', 'replicasets/status'] },
  { verbs: ['create'], groups: CORE, resources: ['pods', 'serviceaccounts', 'configmaps', 'namespaces', 'endpoints', 'pods/eviction'] },
  { verbs: ['create'], groups: ['discovery.k8s.io'], resources: ['endpointslices', 'endpointslices/restricted'] },
  { verbs: ['create'], groups: ['apps'], resources: ['replicasets'] },
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

/**
 * What a node's kubelet, proxy and DNS may ask for: upstream's `system:node` and `system:node-proxier`, and what cluster DNS reads. That a
 * node touches only what is its own is checked by the admission plugin NodeRestriction.
 */
function node(name: string): readonly Rule[] {
  return [
    { verbs: READ, groups: CORE, resources: ['nodes', 'namespaces', 'services'] },
    { verbs: READ, groups: ['discovery.k8s.io'], resources: ['endpointslices'] },
    { verbs: READ, groups: ['node.k8s.io'], resources: ['runtimeclasses'] },
    { verbs: ['create'], groups: CORE, resources: ['nodes'] },
    { verbs: ['update', 'patch'], groups: CORE, resources: ['nodes'], names: [name] },
    { verbs: ['update', 'patch'], groups: CORE, resources: ['nodes/status'], names: [name] },
    { verbs: ['create'], groups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['kube-node-lease'] },
    { verbs: ['get', 'update', 'patch', 'delete'], groups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['kube-node-lease'], names: [name] },
    { verbs: READ, groups: CORE, resources: ['pods'] },
    { verbs: ['delete'], groups: CORE, resources: ['pods'] },
    { verbs: ['update', 'patch'], groups: CORE, resources: ['pods/status'] },
    { verbs: READ, groups: CORE, resources: ['configmaps', 'secrets'], mustBeNamed: true },
    { verbs: ['get'], groups: CORE, resources: ['serviceaccounts'] },
    { verbs: ['create'], groups: CORE, resources: ['serviceaccounts/token'] },
    EVENTS,
  ];
}

const byUser: Readonly<Record<string, readonly Rule[]>> = {
  'system:kube-controller-manager': controllerManager,
  'system:kube-scheduler': scheduler,
};

/** The rules of an identity, from its user and its groups. */
export function rulesFor(identity: Identity): readonly Rule[] {
  const nodeName = nodeNameOf(identity);
  return [
    ...(identity.groups.includes(MASTERS_GROUP) ? masters : []),
    ...(Object.hasOwn(byUser, identity.name) ? byUser[identity.name]! : []),
    ...(nodeName === undefined ? [] : node(nodeName)),
  ];
}

const everyone: readonly PathRule[] = [{ verbs: ['get'], paths: ['/livez', '/livez/*', '/readyz', '/readyz/*', '/healthz', '/healthz/*', '/version', '/version/'] }];
const known: readonly PathRule[] = [{ verbs: ['get'], paths: ['/', '/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'] }];
const mastersPaths: readonly PathRule[] = [{ verbs: ['*'], paths: ['*'] }];

/** The paths without resource that an identity may read: health and version are anybody's. */
export function pathRulesFor(identity: Identity | undefined): readonly PathRule[] {
  if (identity === undefined) return everyone;
  return [...everyone, ...(identity.groups.includes(AUTHENTICATED_GROUP) ? known : []), ...(identity.groups.includes(MASTERS_GROUP) ? mastersPaths : [])];
}
