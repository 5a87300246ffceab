import type { networkingV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** A ServiceCIDR as defaults leave it. */
export type DefaultedServiceCIDR = WithMetadata<networkingV1.ServiceCIDR> & { spec: networkingV1.ServiceCIDRSpec; status: networkingV1.ServiceCIDRStatus };

/** A ServiceCIDR has no defaults. */
export function defaultServiceCIDR(range: DefaultedServiceCIDR): void {
  range.metadata ??= {};
  range.spec ??= {};
  range.status ??= {};
}
