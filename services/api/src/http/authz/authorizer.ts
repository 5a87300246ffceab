import { newForbidden } from '@gantry/apimachinery';
import type { Identity } from './identity.js';
import { pathRulesFor, rulesFor } from './allow-list.js';
import { resourceText } from './attributes.js';
import type { PathAttributes, ResourceAttributes } from './attributes.js';
import { permits, permitsPath } from './rules.js';
import type { Rule } from './rules.js';

/** Decides by the allow list. */
export class Authorizer {
  /** An identity is made once a connection, or once for a component. */
  readonly #rules = new WeakMap<Identity, readonly Rule[]>();

  isPermitted(identity: Identity, attributes: ResourceAttributes): boolean {
    for (const rule of this.#rulesOf(identity)) if (permits(rule, attributes)) return true;
    return false;
  }

  isPathPermitted(identity: Identity | undefined, attributes: PathAttributes): boolean {
    return pathRulesFor(identity).some((rule) => permitsPath(rule, attributes));
  }

  #rulesOf(identity: Identity): readonly Rule[] {
    let rules = this.#rules.get(identity);
    if (rules === undefined) this.#rules.set(identity, (rules = rulesFor(identity)));
    return rules;
  }
}

/** 403 in the words of upstream's RBAC. */
export function forbiddenResource({ name: user }: Identity, attributes: ResourceAttributes): Error {
  const { group, resource, verb, namespace, name } = attributes;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const cause = `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(resourceText(attributes))} in API group ${JSON.stringify(group)} ${where}`;
  return newForbidden({ group, resource }, name, cause);
}

export function forbiddenPath({ name: user }: Identity, { verb, path }: PathAttributes): Error {
  return newForbidden({ group: '', resource: '' }, '', `User ${JSON.stringify(user)} cannot ${verb} path ${JSON.stringify(path)}`);
}
