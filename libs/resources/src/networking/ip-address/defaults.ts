import type { networkingV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** An IPAddress as defaults leave it; `parentRef` may still be missing. */
export type DefaultedIPAddress = WithMetadata<networkingV1.IPAddress> & { spec: Partial<networkingV1.IPAddressSpec> };

/** An IPAddress has no defaults. */
export function defaultIPAddress(address: DefaultedIPAddress): void {
  address.metadata ??= {};
  address.spec ??= {} as DefaultedIPAddress['spec'];
}
