import type { ResourceAttributes } from '../attributes.js';
import type { Rule } from '../rules.js';
import type { NodePods } from './node-pods.js';

const READ = ['get', 'list', 'watch'];
const CORE = [''];

/**
 * What a node's kubelet, proxy and DNS may ask for: upstream's `system:node` and `system:node-proxier`, and what cluster DNS reads. That what
 * a node writes is its own is checked by the admission plugin NodeRestriction.
 */
export function nodeRules(node: string, pods: NodePods): readonly Rule[] {
  const unrelated = `no relationship found between node '${node}' and this object`;
  const readsOwn = ({ resource, namespace, name }: ResourceAttributes): string | undefined => {
    if (namespace === '') return 'can only read namespaced object of this type';
    if (name === '') return 'No Object name found';
    return pods.refersTo(node, resource as 'secrets' | 'configmaps', namespace, name) ? undefined : unrelated;
  };
  const runsAs = ({ namespace, name }: ResourceAttributes): string | undefined => (pods.runsAs(node, namespace, name) ? undefined : unrelated);
  /** A pod that does not exist may be asked for: the answer tells nothing. */
  const getsOwnPod = ({ namespace, name }: ResourceAttributes): string | undefined => ((pods.nodeOf(namespace, name) ?? node) === node ? undefined : unrelated);
  const listsOwnPods = ({ fields }: ResourceAttributes): string | undefined => (fields?.exactValue('spec.nodeName') === node ? undefined : 'can only list/watch pods with spec.nodeName field selector');
  return [
    { verbs: READ, groups: CORE, resources: ['nodes', 'namespaces', 'services'] },
    { verbs: READ, groups: ['discovery.k8s.io'], resources: ['endpointslices'] },
    { verbs: READ, groups: ['node.k8s.io'], resources: ['runtimeclasses'] },
    { verbs: ['create'], groups: CORE, resources: ['nodes'] },
    { verbs: ['update', 'patch'], groups: CORE, resources: ['nodes', 'nodes/status'], names: [node] },
    { verbs: ['create'], groups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['kube-node-lease'] },
    { verbs: ['get', 'update', 'patch', 'delete'], groups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['kube-node-lease'], names: [node] },
    { verbs: ['get'], groups: CORE, resources: ['pods'], unless: getsOwnPod },
    { verbs: ['list', 'watch'], groups: CORE, resources: ['pods'], unless: listsOwnPods },
    { verbs: ['delete'], groups: CORE, resources: ['pods'] },
    { verbs: ['update', 'patch'], groups: CORE, resources: ['pods/status'] },
    { verbs: ['create'], groups: CORE, resources: ['pods/eviction'] },
    { verbs: READ, groups: CORE, resources: ['configmaps', 'secrets'], unless: readsOwn },
    { verbs: ['create'], groups: CORE, resources: ['serviceaccounts/token'], unless: runsAs },
    { verbs: ['create', ...READ], groups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'] },
    // Its own certificate is renewed without an administrator.
    { verbs: ['create'], groups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/selfnodeclient'] },
    { verbs: ['create'], groups: ['authentication.k8s.io'], resources: ['tokenreviews'] },
    { verbs: ['create'], groups: ['authorization.k8s.io'], resources: ['subjectaccessreviews', 'localsubjectaccessreviews'] },
    { verbs: ['create', 'update', 'patch'], groups: ['', 'events.k8s.io'], resources: ['events'] },
  ];
}
