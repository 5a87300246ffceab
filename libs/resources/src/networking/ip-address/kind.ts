import { defineKind } from '../../define-kind.js';
import { ipAddressColumns } from './columns.js';
import { defaultIPAddress } from './defaults.js';
import type { DefaultedIPAddress } from './defaults.js';
import { ipAddressStrategy } from './strategy.js';

export const ipAddress = defineKind<DefaultedIPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  listKind: 'IPAddressList',
  resource: 'ipaddresses',
  singular: 'ipaddress',
  shortNames: ['ip'],
  categories: [],
  namespaced: false,
  defaults: defaultIPAddress,
  strategy: ipAddressStrategy,
  columns: ipAddressColumns,
  selectableFields: {},
});
