import { path } from '@gantry/apimachinery';
import { addressWarnings } from '../../address-warnings.js';
import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedEndpoints } from './defaults.js';
import { validateEndpoints, validateEndpointsUpdate } from './validation.js';

const deprecated = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice';

const managedBy = 'endpoints.kubernetes.io/managed-by';

function endpointsWarnings({ metadata, subsets = [] }: DefaultedEndpoints): string[] {
  const warnings: string[] = [];
  // What the controller writes has addresses as they should be.
  if (metadata.labels?.[managedBy] === 'endpoint-controller') return warnings;
  subsets.forEach((subset, index) => {
    for (const field of ['addresses', 'notReadyAddresses'] as const) {
      subset[field]?.forEach(({ ip }, position) => addressWarnings(ip, path('subsets').index(index).child(field).index(position).child('ip'), warnings));
    }
  });
  return warnings;
}

/** How Endpoints come to be and change. */
export const endpointsStrategy: TypedStrategy<DefaultedEndpoints> = {
  prepareForCreate: () => undefined,
  validate: validateEndpoints,
  prepareForUpdate: () => undefined,
  validateUpdate: validateEndpointsUpdate,
  warnings: (endpoints) => [deprecated, ...endpointsWarnings(endpoints)],
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
};
