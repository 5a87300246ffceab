import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';
import { canonicalizeResources } from '../pod-spec/quantities.js';

/** A quota as defaults leave it. */
export type DefaultedResourceQuota = WithMetadata<coreV1.ResourceQuota> & { spec: coreV1.ResourceQuotaSpec; status: coreV1.ResourceQuotaStatus };

/** Writes all quantities in their canonical form. */
export function defaultResourceQuota(quota: DefaultedResourceQuota): void {
  quota.metadata ??= {};
  quota.spec ??= {};
  quota.status ??= {};
  canonicalizeResources(quota.spec.hard);
  canonicalizeResources(quota.status.hard);
  canonicalizeResources(quota.status.used);
}
