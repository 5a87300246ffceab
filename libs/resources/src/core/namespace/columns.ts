import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import type { DefaultedNamespace } from './defaults.js';

/** The columns of `kubectl get namespaces`. */
export const namespaceColumns: readonly TypedColumn<DefaultedNamespace>[] = [
  nameColumn(),
  column('Status', 'Whether the namespace is in use or being deleted.', ({ status }) => status.phase ?? ''),
  ageColumn(),
];
