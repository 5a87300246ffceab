import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** Endpoints as defaults leave them. */
export type DefaultedEndpoints = WithMetadata<coreV1.Endpoints>;

/** Fills Endpoints: ports are TCP ports. */
export function defaultEndpoints(endpoints: DefaultedEndpoints): void {
  endpoints.metadata ??= {};
  for (const { ports } of endpoints.subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
}
