import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedIPAddress } from './defaults.js';
import { validateIPAddress, validateIPAddressUpdate } from './validation.js';

/** How IPAddresses come to be and change. */
export const ipAddressStrategy: TypedStrategy<DefaultedIPAddress> = {
  prepareForCreate: () => undefined,
  validate: validateIPAddress,
  prepareForUpdate: () => undefined,
  validateUpdate: validateIPAddressUpdate,
  allowUnconditionalUpdate: true,
};
