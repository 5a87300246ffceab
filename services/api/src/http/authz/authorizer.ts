import { newForbidden } from '@gantry/apimachinery';
import type { Identity } from './identity.js';
import { pathRulesFor, rulesFor } from './allow-list.js';
import { resourceNamed } from '../../registry/object-reader.js';
import type { ServedResource } from '../../registry/served-resource.js';
import { resourceText } from './attributes.js';
import type { PathAttributes, ResourceAttributes } from './attributes.js';
import { nodePods } from './node/node-pods.js';
import type { NodePods } from './node/node-pods.js';
import { covers, permitsPath } from './rules.js';
import type { Rule } from './rules.js';

/** Decides by the allow list. */
export class Authorizer {
  /** An identity is made once a connection, or once for a component. */
  readonly #rules = new WeakMap<Identity, readonly Rule[]>();

  constructor(private readonly pods: NodePods) {}

  /** Why not, '' where there is no more to say; undefined: it is permitted. */
  refusal(identity: Identity, attributes: ResourceAttributes): string | undefined {
    let reason = '';
    for (const rule of this.#rulesOf(identity)) {
      if (!covers(rule, attributes)) continue;
      const missing = rule.unless?.(attributes);
      if (missing === undefined) return undefined;
      reason = missing;
    }
    return reason;
  }

  isPathPermitted(identity: Identity | undefined, attributes: PathAttributes): boolean {
    return pathRulesFor(identity).some((rule) => permitsPath(rule, attributes));
  }

  #rulesOf(identity: Identity): readonly Rule[] {
    let rules = this.#rules.get(identity);
    if (rules === undefined) this.#rules.set(identity, (rules = rulesFor(identity, this.pods)));
    return rules;
  }
}

/** The authorizer over these resources. */
export function createAuthorizer(resources: readonly ServedResource[]): Authorizer {
  return new Authorizer(nodePods(resourceNamed(resources, '', 'pods')));
}

/** 403 in the words of upstream's RBAC. */
export function forbiddenResource({ name: user }: Identity, attributes: ResourceAttributes, reason: string): Error {
  const { group, resource, verb, namespace, name } = attributes;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const cause = `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(resourceText(attributes))} in API group ${JSON.stringify(group)} ${where}${reason === '' ? '' : `: ${reason}`}`;
  return newForbidden({ group, resource }, name, cause);
}

export function forbiddenPath({ name: user }: Identity, { verb, path }: PathAttributes): Error {
  return newForbidden({ group: '', resource: '' }, '', `User ${JSON.stringify(user)} cannot ${verb} path ${JSON.stringify(path)}`);
}
