import type { rbacV1 } from '@gantry/api-types';
import { deepEqual, selectorFromObject } from '@gantry/apimachinery';

/** Whether a role is put together from others. */
export function isAggregated({ aggregationRule }: rbacV1.ClusterRole): boolean {
  return aggregationRule !== undefined;
}

/** The rules of all roles that an aggregated role selects, in the order of their names, each once; undefined: it has these already. */
export function aggregatedRules(role: rbacV1.ClusterRole, all: readonly rbacV1.ClusterRole[]): rbacV1.PolicyRule[] | undefined {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map(selectorFromObject);
  const parts = all.filter((part) => part.metadata?.name !== role.metadata?.name && selectors.some((selector) => selector.matches(part.metadata?.labels)));
  const rules: rbacV1.PolicyRule[] = [];
  for (const rule of parts.sort(byName).flatMap((part) => part.rules ?? [])) if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule);
  return deepEqual(rules, role.rules ?? []) ? undefined : rules;
}

function byName(a: rbacV1.ClusterRole, b: rbacV1.ClusterRole): number {
  return (a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1;
}
