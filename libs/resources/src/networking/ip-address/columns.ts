import type { TypedColumn } from '../../define-kind.js';
import { column, nameColumn } from '../../printing/columns.js';
import type { DefaultedIPAddress } from './defaults.js';

function parentText({ spec: { parentRef } }: DefaultedIPAddress): string {
  if (parentRef === undefined) return '<none>';
  const { group, resource, namespace, name } = parentRef;
  return [group ? `${resource}.${group}` : resource, namespace, name].filter((part) => part).join('/').toLowerCase();
}

/** The columns of `kubectl get ipaddresses`. */
export const ipAddressColumns: readonly TypedColumn<DefaultedIPAddress>[] = [
  nameColumn(),
  column('ParentRef', 'What holds the address.', parentText),
];
