import type { TypedStrategy } from '../../define-kind.js';
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
  allowUnconditionalUpdate: true,
};

/** How `/status` changes. */
export const resourceQuotaStatusStrategy: TypedStrategy<DefaultedResourceQuota> = {
  ...resourceQuotaStrategy,
  prepareForUpdate: (quota, old) => {
    quota.spec = old.spec;
  },
  validateUpdate: validateResourceQuotaStatusUpdate,
};
