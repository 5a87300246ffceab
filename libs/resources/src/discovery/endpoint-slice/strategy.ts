import { path } from '@gantry/apimachinery';
import { addressWarnings } from '../../address-warnings.js';
import type { TypedStrategy } from '../../define-kind.js';
import { semanticEqual } from '../../semantic-equal.js';
import type { DefaultedEndpointSlice } from './defaults.js';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './validation.js';

/** How EndpointSlices come to be and change: a watcher of the generation sees every change of what they say. */
export const endpointSliceStrategy: TypedStrategy<DefaultedEndpointSlice> = {
  prepareForCreate: (slice) => {
    slice.metadata.generation = 1;
    dropTopology(slice);
  },
  validate: (slice) => validateEndpointSlice(slice),
  prepareForUpdate: (slice, old) => {
    dropTopology(slice);
    const same = semanticEqual({ ...slice, metadata: undefined }, { ...old, metadata: undefined }) && semanticEqual(slice.metadata.labels ?? {}, old.metadata.labels ?? {});
    slice.metadata.generation = same ? old.metadata.generation : (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate: validateEndpointSliceUpdate,
  warnings: sliceWarnings,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
};

const managedBy = 'endpointslice.kubernetes.io/managed-by';
/** Whose slices have addresses as they should be. */
const controllers = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

function sliceWarnings({ metadata, addressType, endpoints }: DefaultedEndpointSlice): string[] {
  const warnings = addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
  if (controllers.includes(metadata.labels?.[managedBy] ?? '')) return warnings;
  endpoints.forEach(({ addresses }, index) => {
    addresses.forEach((address, position) => addressWarnings(address, path('endpoints').index(index).child('addresses').index(position), warnings));
  });
  return warnings;
}

/** A field of the beta version: v1 has `nodeName` and `zone` in its place. */
function dropTopology({ endpoints }: DefaultedEndpointSlice): void {
  for (const endpoint of endpoints) delete endpoint.deprecatedTopology;
}
