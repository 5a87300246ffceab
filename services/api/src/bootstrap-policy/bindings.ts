import type { rbacV1 } from '@gantry/api-types';

const apiGroup = 'rbac.authorization.k8s.io';
const group = (name: string): rbacV1.Subject => ({ kind: 'Group', apiGroup, name });
const user = (name: string): rbacV1.Subject => ({ kind: 'User', apiGroup, name });

/** Who has which of the cluster roles from the start; a binding is named as its role. */
export const bootstrapBindings: Readonly<Record<string, readonly rbacV1.Subject[]>> = {
  'cluster-admin': [group('system:masters')],
  'system:basic-user': [group('system:authenticated')],
  'system:discovery': [group('system:authenticated')],
  'system:kube-controller-manager': [user('system:kube-controller-manager')],
  'system:kube-dns': [{ kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' }],
  'system:kube-scheduler': [user('system:kube-scheduler')],
  'gantry:node-metrics': [user('gantry:prometheus')],
  'system:monitoring': [group('system:monitoring')],
  // Nodes are known by the list of what they may: nobody has the role of old.
  'system:node': [],
  'system:node-proxier': [user('system:kube-proxy')],
  'system:public-info-viewer': [group('system:authenticated'), group('system:unauthenticated')],
  'system:service-account-issuer-discovery': [group('system:serviceaccounts')],
  'system:volume-scheduler': [user('system:kube-scheduler')],
};
