import type { coreV1 } from '@gantry/api-types';
import type { ResourceObject } from '../descriptor.js';
import type { Amounts } from './amounts.js';
import { addTo, amountsOf, amountsText, difference, listOf, only } from './amounts.js';
import type { QuotaEvaluator, QuotaWrite } from './evaluator.js';
import { isInScopes } from './scopes.js';

/** A quota as it is stored. */
export type StoredQuota = ResourceObject & { readonly spec: coreV1.ResourceQuotaSpec; readonly status: coreV1.ResourceQuotaStatus };

/** What a write does to the quotas of its namespace. */
export type QuotaCharge =
  | { readonly type: 'refused'; readonly cause: string }
  /** Those whose usage changes, with the new usage; copies. */
  | { readonly type: 'charged'; readonly quotas: readonly StoredQuota[] };

/** Whether a write fits into all quotas that are of its object, and what is used then: pure. `now` is milliseconds since the epoch. */
export function chargeQuotas(quotas: readonly StoredQuota[], evaluator: QuotaEvaluator, write: QuotaWrite, now: number): QuotaCharge {
  const concerned = quotas.filter((quota) => isConcerned(quota, evaluator, write.object));
  for (const quota of concerned) {
    const cause = uncountable(quota, evaluator, write.object);
    if (cause !== undefined) return { type: 'refused', cause };
  }
  const { object, old } = write;
  const asked = difference(evaluator.usage(object, now), old === undefined ? new Map() : evaluator.usage(old, now));
  const charged: StoredQuota[] = [];
  for (const quota of concerned) {
    const requested = only(asked, (name) => quota.status.hard?.[name] !== undefined);
    const cause = exceeded(quota, requested);
    if (cause !== undefined) return { type: 'refused', cause };
    if (requested.size > 0) charged.push(withUsed(quota, requested));
  }
  return { type: 'charged', quotas: charged };
}

function limitedBy({ status: { hard = {} } }: StoredQuota, evaluator: QuotaEvaluator): string[] {
  return Object.keys(hard).filter(evaluator.covers);
}

function isConcerned(quota: StoredQuota, evaluator: QuotaEvaluator, object: ResourceObject): boolean {
  return limitedBy(quota, evaluator).length > 0 && isInScopes(quota.spec, evaluator, object);
}

/** Why it cannot be said what the object would use of the quota. */
function uncountable(quota: StoredQuota, evaluator: QuotaEvaluator, object: ResourceObject): string | undefined {
  const limited = limitedBy(quota, evaluator);
  const name = quota.metadata.name ?? '';
  const missing = evaluator.missing(limited, object);
  if (missing !== undefined) return `failed quota: ${name}: ${missing}`;
  if (limited.every((resource) => quota.status.used?.[resource] !== undefined)) return undefined;
  return `status unknown for quota: ${name}, resources: ${limited.sort().join(',')}`;
}

function exceeded({ metadata, status }: StoredQuota, requested: Amounts): string | undefined {
  const [used, hard] = [amountsOf(status.used), amountsOf(status.hard)];
  const over = only(requested, (name) => (used.get(name)?.add(requested.get(name)!) ?? requested.get(name)!).compare(hard.get(name)!) > 0);
  if (over.size === 0) return undefined;
  const isOver = (name: string): boolean => over.has(name);
  return `exceeded quota: ${metadata.name ?? ''}, requested: ${amountsText(over)}, used: ${amountsText(only(used, isOver))}, limited: ${amountsText(only(hard, isOver))}`;
}

function withUsed(quota: StoredQuota, requested: Amounts): StoredQuota {
  const used = amountsOf(quota.status.used);
  addTo(used, requested);
  return { ...quota, metadata: { ...quota.metadata }, status: { ...quota.status, used: listOf(used) } };
}
