import type { rbacV1 } from '@gantry/api-types';
import type { ResourceObject } from '@gantry/resources';
import { bootstrapBindings } from './bindings.js';
import { systemRoles } from './system-roles.js';
import { userRoles } from './user-roles.js';
import type { BootstrapRole } from './user-roles.js';

const GROUP = 'rbac.authorization.k8s.io';
const apiVersion = `${GROUP}/v1`;
/** `true`: a start puts back what was taken away. */
export const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

/** The cluster roles that every cluster has, as objects. */
export function bootstrapClusterRoles(): ResourceObject[] {
  return [...userRoles, ...systemRoles].map(clusterRole);
}

/** The bindings that every cluster has. */
export function bootstrapClusterRoleBindings(): ResourceObject[] {
  return Object.entries(bootstrapBindings).map(([name, subjects]) => ({
    apiVersion, kind: 'ClusterRoleBinding', metadata: metadata(name), roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name }, ...(subjects.length > 0 && { subjects: [...subjects] }),
  }));
}

function clusterRole({ name, rules, partOf = [], isAggregated }: BootstrapRole): ResourceObject {
  const labels = Object.fromEntries(partOf.map((whole) => [aggregationLabel(whole), 'true']));
  const aggregationRule: rbacV1.AggregationRule = { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(name)]: 'true' } }] };
  return { apiVersion, kind: 'ClusterRole', metadata: metadata(name, labels), rules: [...rules], ...(isAggregated === true && { aggregationRule }) };
}

function aggregationLabel(role: string): string {
  return `${GROUP}/aggregate-to-${role}`;
}

function metadata(name: string, labels: Record<string, string> = {}): ResourceObject['metadata'] {
  return { name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels }, annotations: { [AUTO_UPDATE]: 'true' } };
}
