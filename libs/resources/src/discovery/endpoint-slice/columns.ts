import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import { shortList } from '../../printing/short-list.js';
import type { DefaultedEndpointSlice } from './defaults.js';

const unset = '<unset>';

/** The columns of `kubectl get endpointslices`. */
export const endpointSliceColumns: readonly TypedColumn<DefaultedEndpointSlice>[] = [
  nameColumn(),
  column('AddressType', 'What the addresses of the endpoints are.', ({ addressType }) => addressType),
  column('Ports', 'The ports of every endpoint.', ({ ports = [] }) => shortList(ports.map(({ port }) => (port === undefined ? '*' : String(port))), unset)),
  column('Endpoints', 'The addresses of the endpoints.', ({ endpoints = [] }) => shortList(endpoints.flatMap(({ addresses = [] }) => addresses), unset)),
  ageColumn(),
];
