import type { rbacV1 } from '@gantry/api-types';
import type { ResourceObject } from '@gantry/resources';
import { serviceAccountUserName } from '../identity.js';
import type { Identity } from '../identity.js';

/** Whom a binding is of: by these texts bindings are found. */
export function subjectKeysOf(binding: ResourceObject): string[] {
  const { subjects = [] } = binding as unknown as rbacV1.RoleBinding;
  return subjects.map((subject) => subjectKey(subject, binding.metadata.namespace ?? ''));
}

/** Every text under which a binding may be of somebody. */
export function identityKeysOf({ name, groups }: Identity): string[] {
  return [userKey(name), ...groups.map(groupKey)];
}

/** A service account is a user of its own name; without a namespace it is of the binding's. */
function subjectKey({ kind, name, namespace }: rbacV1.Subject, bindingNamespace: string): string {
  if (kind === 'Group') return groupKey(name);
  return userKey(kind === 'ServiceAccount' ? serviceAccountUserName(namespace || bindingNamespace, name) : name);
}

/** How upstream names a subject where it says who was permitted. */
export function subjectText(subjects: readonly rbacV1.Subject[], bindingNamespace: string, identity: Identity): string {
  const keys = new Set(identityKeysOf(identity));
  const found = subjects.find((subject) => keys.has(subjectKey(subject, bindingNamespace)));
  if (found === undefined) return '';
  const name = found.kind === 'ServiceAccount' ? `${found.name}/${found.namespace || bindingNamespace}` : found.name;
  return `${found.kind} ${JSON.stringify(name)}`;
}

function userKey(name: string): string {
  return `User ${name}`;
}

function groupKey(name: string): string {
  return `Group ${name}`;
}
