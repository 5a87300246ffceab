import type { rbacV1 } from '@gantry/api-types';

export const READ = ['get', 'list', 'watch'];
export const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
export const READ_WRITE = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** A rule about resources; lists are written with spaces between, `core` is the core group. */
export function rule(verbs: readonly string[] | string, groups: string, resources: string, names?: string): rbacV1.PolicyRule {
  const list = typeof verbs === 'string' ? verbs.split(' ') : [...verbs];
  const apiGroups = groups.split(' ').map((group) => (group === 'core' ? '' : group));
  return { apiGroups, ...(names !== undefined && { resourceNames: names.split(' ') }), resources: resources.split(' '), verbs: list };
}

/** A rule about paths that are no resources. */
export function paths(verb: string, urls: string): rbacV1.PolicyRule {
  return { nonResourceURLs: urls.split(' '), verbs: [verb] };
}

export const EVENTS = rule('create patch update', 'core events.k8s.io', 'events');
