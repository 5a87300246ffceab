import type { rbacV1 } from '@gantry/api-types';
import type { TypedColumn, WithMetadata } from '../define-kind.js';
import { ageColumn, column, nameColumn, wideColumn } from '../printing/columns.js';
import type { DefaultedBinding } from './bindings/defaults.js';

/** The columns of `kubectl get roles` and `kubectl get clusterroles`. */
export const roleColumns: readonly TypedColumn<WithMetadata<rbacV1.Role>>[] = [nameColumn(), column('Created At', 'When the role was created.', ({ metadata }) => metadata.creationTimestamp ?? '', 'date')];

/** The columns of `kubectl get rolebindings` and `kubectl get clusterrolebindings`. */
export const bindingColumns: readonly TypedColumn<DefaultedBinding>[] = [
  nameColumn(),
  column('Role', 'The role that is given.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn(),
  wideColumn('Users', 'The users that have the role.', (binding) => subjects(binding, 'User')),
  wideColumn('Groups', 'The groups that have the role.', (binding) => subjects(binding, 'Group')),
  wideColumn('ServiceAccounts', 'The service accounts that have the role.', (binding) => subjects(binding, 'ServiceAccount')),
];

function subjects({ subjects: list = [] }: DefaultedBinding, kind: string): string {
  return list.filter((subject) => subject.kind === kind).map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name)).join(', ');
}
