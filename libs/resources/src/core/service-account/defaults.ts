import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** A service account as defaults leave it. */
export type DefaultedServiceAccount = WithMetadata<coreV1.ServiceAccount>;

/** A service account has no defaults. */
export function defaultServiceAccount(account: DefaultedServiceAccount): void {
  account.metadata ??= {};
}
