import { defineKind } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import type { DefaultedResourceQuota } from './defaults.js';
import { defaultResourceQuota } from './defaults.js';
import { resourceQuotaStatusStrategy, resourceQuotaStrategy } from './strategy.js';

export const resourceQuota = defineKind<DefaultedResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  listKind: 'ResourceQuotaList',
  resource: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  categories: [],
  namespaced: true,
  returnsDeletedObject: true,
  defaults: defaultResourceQuota,
  strategy: resourceQuotaStrategy,
  statusStrategy: resourceQuotaStatusStrategy,
  columns: [
    nameColumn(),
    column('Request', 'What is used, of how much: numbers of objects, and what pods request.', (quota) => usedOf(quota, false)),
    column('Limit', 'What is used, of how much: the limits of pods.', (quota) => usedOf(quota, true)),
    ageColumn(),
  ],
  selectableFields: {},
});

/** `pods: 1/10, secrets: 2/5`. */
function usedOf({ status: { hard = {}, used = {} } }: DefaultedResourceQuota, ofLimits: boolean): string {
  const names = Object.keys(hard).filter((name) => name.startsWith('limits.') === ofLimits).sort();
  return names.map((name) => `${name}: ${used[name] ?? '0'}/${String(hard[name])}`).join(', ');
}
