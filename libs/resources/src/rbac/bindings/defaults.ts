import type { rbacV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';
import { RBAC_GROUP } from '../group.js';

/** A binding as defaults leave it, of one namespace or of the cluster. */
export type DefaultedBinding = WithMetadata<rbacV1.RoleBinding>;

/** What is left out is of the group of roles; service accounts are of the core group. */
export function defaultBinding(binding: DefaultedBinding): void {
  binding.metadata ??= {};
  binding.roleRef ??= { kind: '', name: '' };
  binding.roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP;
  }
}
