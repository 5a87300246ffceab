import type { coreV1 } from '@gantry/api-types';
import type { ResourceObject } from '../descriptor.js';
import type { QuotaEvaluator, ScopeRequirement } from './evaluator.js';

/** Whether the quota is of this object: all its scopes are. One without scopes is of every object. */
export function isInScopes({ scopes = [], scopeSelector }: coreV1.ResourceQuotaSpec, evaluator: QuotaEvaluator, object: ResourceObject): boolean {
  const requirements: ScopeRequirement[] = [...scopes.map((scopeName) => ({ scopeName, operator: 'Exists' })), ...(scopeSelector?.matchExpressions ?? [])];
  return requirements.every((requirement) => evaluator.isInScope(requirement, object));
}
