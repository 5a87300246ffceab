import type { discoveryV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** An EndpointSlice as defaults leave it. */
export type DefaultedEndpointSlice = WithMetadata<discoveryV1.EndpointSlice> & { endpoints: discoveryV1.Endpoint[] };

/** Fills an EndpointSlice: a port has a name, be it empty, and is a TCP port. */
export function defaultEndpointSlice(slice: DefaultedEndpointSlice): void {
  slice.metadata ??= {};
  slice.endpoints ??= [];
  for (const port of slice.ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}
