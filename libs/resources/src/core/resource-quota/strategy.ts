import type { TypedStrategy } from '../../define-kind.js';
import { quantityOrNone } from '../pod-spec/quantities.js';
import type { DefaultedResourceQuota } from './defaults.js';
import { validateResourceQuota, validateResourceQuotaStatusUpdate, validateResourceQuotaUpdate } from './validation.js';

/** How quotas come to be and change. */
export const resourceQuotaStrategy: TypedStrategy<DefaultedResourceQuota> = {
  prepareForCreate: (quota) => {
    quota.status = {};
  },
  validate: validateResourceQuota,
  prepareForUpdate: (quota, old) => {
    quota.status = old.status;
  },
  validateUpdate: validateResourceQuotaUpdate,
  warnings: (quota, old) => (old === undefined ? contradictions(quota) : []),
  allowUnconditionalUpdate: true,
};

const limitedResources = ['cpu', 'memory', 'storage', 'ephemeral-storage'];

/** Requests that may be more than the limits leave. */
function contradictions({ spec }: DefaultedResourceQuota): string[] {
  const { hard = {} } = spec;
  return limitedResources.flatMap((resource) => {
    const isBare = hard[`requests.${resource}`] === undefined && (resource === 'cpu' || resource === 'memory');
    const [requests, limits] = [isBare ? resource : `requests.${resource}`, `limits.${resource}`];
    const [request, limit] = [quantityOrNone(hard[requests]), quantityOrNone(hard[limits])];
    if (request === undefined || limit === undefined || request.compare(limit) <= 0) return [];
    return [`ResourceQuota ${requests} (${request.toString()}) should be less than ${limits} (${limit.toString()})`];
  });
}

/** How `/status` changes. */
export const resourceQuotaStatusStrategy: TypedStrategy<DefaultedResourceQuota> = {
  ...resourceQuotaStrategy,
  prepareForUpdate: (quota, old) => {
    quota.spec = old.spec;
  },
  validateUpdate: validateResourceQuotaStatusUpdate,
};
