import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import { shortList } from '../../printing/short-list.js';
import { familyOf } from '../../addresses.js';
import type { DefaultedEndpoints } from './defaults.js';

function endpointsText({ subsets = [] }: DefaultedEndpoints): string {
  const texts = subsets.flatMap(({ addresses = [], ports = [] }) => {
    if (ports.length === 0) return addresses.map(({ ip }) => ip);
    return ports.flatMap(({ port }) => addresses.map(({ ip }) => `${familyOf(ip) === 'IPv6' ? `[${ip}]` : ip}:${String(port)}`));
  });
  return shortList(texts, subsets.length === 0 ? '<none>' : '');
}

/** The columns of `kubectl get endpoints`. */
export const endpointsColumns: readonly TypedColumn<DefaultedEndpoints>[] = [
  nameColumn(),
  column('Endpoints', 'Where the pods that are ready listen.', endpointsText),
  ageColumn(),
];
