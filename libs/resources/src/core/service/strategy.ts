import type { TypedStrategy } from '../../define-kind.js';
import { alignClusterIPs, dropForeignFields, keepAllocated } from './allocated-fields.js';
import { fillFamilies } from './families.js';
import type { DefaultedService } from './types.js';
import { validateService } from './validation/service.js';
import { validateServiceStatusUpdate, validateServiceUpdate } from './validation/update.js';
import { serviceStatusWarnings, serviceWarnings } from './warnings.js';

/** How Services come to be and change. Addresses and node ports are allocated behind it, when the object is valid. */
export const serviceStrategy: TypedStrategy<DefaultedService> = {
  prepareForCreate: (service) => {
    service.status = { loadBalancer: {} };
    alignClusterIPs(service, undefined);
    fillFamilies(service, undefined);
  },
  validate: (service) => validateService(service),
  prepareForUpdate: (service, old) => {
    service.status = old.status;
    keepAllocated(service, old);
    alignClusterIPs(service, old);
    dropForeignFields(service, old);
    fillFamilies(service, old);
  },
  validateUpdate: validateServiceUpdate,
  warnings: serviceWarnings,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
};

/** How `/status` changes. */
export const serviceStatusStrategy: TypedStrategy<DefaultedService> = {
  ...serviceStrategy,
  prepareForUpdate: (service, old) => {
    service.spec = old.spec;
  },
  validateUpdate: validateServiceStatusUpdate,
  warnings: serviceStatusWarnings,
};
