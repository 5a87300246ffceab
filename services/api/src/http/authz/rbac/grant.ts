import type { rbacV1 } from '@gantry/api-types';
import type { CachedObject } from '../../../watch-cache/cached-object.js';
import type { PathRule, Rule } from '../rules.js';

/** One rule of a role, in the form in which it is written and in the one in which it is asked. */
export interface RoleRule {
  readonly policy: rbacV1.PolicyRule;
  readonly rule?: Rule;
  readonly paths?: PathRule;
}

/** A rule that somebody has, and the binding that gives it. */
export interface Grant extends RoleRule {
  readonly binding: CachedObject;
}

/** All that an identity may do in a namespace (or, in '', in the whole cluster). */
export interface Grants {
  readonly grants: readonly Grant[];
  /** What bindings refer to and is not there. */
  readonly problems: readonly string[];
}

const compiled = new WeakMap<CachedObject, readonly RoleRule[]>();

/** The rules of a role; compiled once for each state of it. */
export function rulesOfRole(role: CachedObject): readonly RoleRule[] {
  let rules = compiled.get(role);
  if (rules === undefined) compiled.set(role, (rules = ((role.object as unknown as rbacV1.Role).rules ?? []).map(compile)));
  return rules;
}

function compile(policy: rbacV1.PolicyRule): RoleRule {
  const { verbs, apiGroups: groups = [], resources = [], resourceNames, nonResourceURLs } = policy;
  if (nonResourceURLs?.length) return { policy, paths: { verbs, paths: nonResourceURLs } };
  return { policy, rule: { verbs, groups, resources, ...(resourceNames?.length ? { names: resourceNames } : {}) } };
}
