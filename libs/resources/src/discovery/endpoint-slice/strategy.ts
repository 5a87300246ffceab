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
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
};

/** A field of the beta version: v1 has `nodeName` and `zone` in its place. */
function dropTopology({ endpoints }: DefaultedEndpointSlice): void {
  for (const endpoint of endpoints) delete endpoint.deprecatedTopology;
}
