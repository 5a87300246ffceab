import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedEndpoints } from './defaults.js';
import { validateEndpoints, validateEndpointsUpdate } from './validation.js';

const deprecated = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice';

/** How Endpoints come to be and change. */
export const endpointsStrategy: TypedStrategy<DefaultedEndpoints> = {
  prepareForCreate: () => undefined,
  validate: validateEndpoints,
  prepareForUpdate: () => undefined,
  validateUpdate: validateEndpointsUpdate,
  warnings: () => [deprecated],
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
};
