import { resourceText } from './attributes.js';
import type { PathAttributes, ResourceAttributes } from './attributes.js';

/** Permits every combination of its parts; `*` stands for all. Absent `namespaces` and `names` mean any. */
export interface Rule {
  readonly verbs: readonly string[];
  /** '' is the core group. */
  readonly groups: readonly string[];
  /** `pods`, `pods/status`. */
  readonly resources: readonly string[];
  readonly namespaces?: readonly string[];
  readonly names?: readonly string[];
  /** What else must hold: answers why it does not, or undefined when it does. */
  readonly unless?: (attributes: ResourceAttributes) => string | undefined;
}

/** Paths that are no resources; a last `*` stands for everything behind. */
export interface PathRule {
  readonly verbs: readonly string[];
  readonly paths: readonly string[];
}

/** Whether a rule is about these attributes; what it has in `unless` is asked for apart. */
export function covers(rule: Rule, attributes: ResourceAttributes): boolean {
  return (
    has(rule.verbs, attributes.verb) &&
    has(rule.groups, attributes.group) &&
    hasResource(rule.resources, attributes) &&
    (rule.namespaces === undefined || rule.namespaces.includes(attributes.namespace)) &&
    (rule.names === undefined || rule.names.includes(attributes.name))
  );
}

export function permitsPath(rule: PathRule, { verb, path }: PathAttributes): boolean {
  return has(rule.verbs, verb) && rule.paths.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern));
}

/** A star before a subresource stands for every resource. */
function hasResource(allowed: readonly string[], attributes: ResourceAttributes): boolean {
  return has(allowed, resourceText(attributes)) || (attributes.subresource !== '' && allowed.includes(`*/${attributes.subresource}`));
}

function has(allowed: readonly string[], value: string): boolean {
  return allowed.includes(value) || allowed.includes('*');
}
