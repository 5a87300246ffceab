import type { rbacV1 } from '@gantry/api-types';

type PolicyRule = rbacV1.PolicyRule;

/** What of `wanted` is not covered by `held`: rules of one verb on one thing each. */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(broken).filter((one) => !held.some((rule) => coversOne(rule, one)));
}

/** Rules that differ in their verbs alone become one. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const { verbs, ...rest } = rule;
    const key = JSON.stringify(rest);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...rule, verbs: [...verbs] });
    else known.verbs.push(...verbs.filter((verb) => !known.verbs.includes(verb)));
  }
  return [...merged.values()];
}

/** As upstream's messages show a rule. */
export function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = Object.entries({ APIGroups: apiGroups, Resources: resources, NonResourceURLs: nonResourceURLs, ResourceNames: resourceNames, Verbs: verbs });
  return `{${parts.flatMap(([name, list]) => (list?.length ? [`${name}:${quotedList(list)}`] : [])).join(', ')}}`;
}

/** `["a" "b"]`. */
export function quotedList(list: readonly string[]): string {
  return `[${list.map((text) => JSON.stringify(text)).join(' ')}]`;
}

function broken({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): PolicyRule[] {
  const resourceRules = apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.flatMap((verb) => {
    const rule = { verbs: [verb], apiGroups: [group], resources: [resource] };
    return resourceNames.length === 0 ? [rule] : resourceNames.map((name) => ({ ...rule, resourceNames: [name] }));
  })));
  return [...resourceRules, ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })))];
}

/** `one` is broken: it has at most one of everything. */
function coversOne(held: PolicyRule, one: PolicyRule): boolean {
  if (!has(held.verbs, one.verbs[0]!)) return false;
  const url = one.nonResourceURLs?.[0];
  if (url !== undefined) return (held.nonResourceURLs ?? []).some((pattern) => coversPath(pattern, url));
  const name = one.resourceNames?.[0];
  return has(held.apiGroups, one.apiGroups![0]!) && coversResource(held.resources, one.resources![0]!) && (!held.resourceNames?.length || (name !== undefined && held.resourceNames.includes(name)));
}

function coversResource(held: readonly string[] = [], resource: string): boolean {
  const slash = resource.indexOf('/');
  return has(held, resource) || (slash >= 0 && held.includes(`*${resource.slice(slash)}`));
}

function coversPath(pattern: string, url: string): boolean {
  return pattern === url || (pattern.endsWith('*') && url.startsWith(pattern.slice(0, -1)));
}

function has(list: readonly string[] = [], value: string): boolean {
  return list.includes('*') || list.includes(value);
}
