import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedServiceCIDR } from './defaults.js';
import { validateServiceCIDR, validateServiceCIDRStatusUpdate, validateServiceCIDRUpdate } from './validation.js';

/** How ServiceCIDRs come to be and change. */
export const serviceCIDRStrategy: TypedStrategy<DefaultedServiceCIDR> = {
  prepareForCreate: (range) => {
    range.status = {};
  },
  validate: validateServiceCIDR,
  prepareForUpdate: (range, old) => {
    range.status = old.status;
  },
  validateUpdate: validateServiceCIDRUpdate,
  allowUnconditionalUpdate: true,
};

/** How `/status` changes. */
export const serviceCIDRStatusStrategy: TypedStrategy<DefaultedServiceCIDR> = {
  ...serviceCIDRStrategy,
  prepareForUpdate: (range, old) => {
    range.spec = old.spec;
  },
  validateUpdate: validateServiceCIDRStatusUpdate,
  resetFields: ['metadata', 'spec'],
};
