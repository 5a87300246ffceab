import { newForbidden } from '@gantry/apimachinery';
import type { Identity } from './identity.js';
import { pathRulesFor, rulesFor } from './allow-list.js';
import { resourceNamed } from '../../registry/object-reader.js';
import type { ServedResource } from '../../registry/served-resource.js';
import { resourceText } from './attributes.js';
import type { PathAttributes, ResourceAttributes } from './attributes.js';
import { nodePods } from './node/node-pods.js';
import type { NodePods } from './node/node-pods.js';
import { RbacAuthorizer } from './rbac/rbac-authorizer.js';
import { RbacPolicy } from './rbac/rbac-policy.js';
import { covers, permitsPath } from './rules.js';
import type { Rule } from './rules.js';

/** Whether something is permitted, and what there is to say about it. */
export interface Decision {
  readonly isAllowed: boolean;
  readonly reason: string;
}

/** Decides by the allow list, and by roles where that permits nothing. */
export class Authorizer {
  /** An identity is made once a connection, or once for a component. */
  readonly #rules = new WeakMap<Identity, readonly Rule[]>();

  constructor(
    private readonly pods: NodePods,
    readonly rbac: RbacAuthorizer,
  ) {}

  /** Why not, '' where there is no more to say; undefined: it is permitted. */
  refusal(identity: Identity, attributes: ResourceAttributes): string | undefined {
    const unlisted = this.#refusalByList(identity, attributes);
    if (unlisted === undefined) return undefined;
    const refused = this.rbac.refusal(identity, attributes);
    return refused === undefined ? undefined : [unlisted, refused].filter((text) => text !== '').join('\n');
  }

  isPathPermitted(identity: Identity | undefined, attributes: PathAttributes): boolean {
    if (pathRulesFor(identity).some((rule) => permitsPath(rule, attributes))) return true;
    return identity !== undefined && this.rbac.isPathPermitted(identity, attributes);
  }

  /** The same with the reason why it is permitted, which costs more. */
  decide(identity: Identity, attributes: ResourceAttributes | PathAttributes): Decision {
    const refusal = 'path' in attributes ? (this.isPathPermitted(identity, attributes) ? undefined : '') : this.refusal(identity, attributes);
    return refusal === undefined ? { isAllowed: true, reason: this.rbac.reason(identity, attributes) ?? '' } : { isAllowed: false, reason: refusal };
  }

  #refusalByList(identity: Identity, attributes: ResourceAttributes): string | undefined {
    let reason = '';
    for (const rule of this.#rulesOf(identity)) {
      if (!covers(rule, attributes)) continue;
      const missing = rule.unless?.(attributes);
      if (missing === undefined) return undefined;
      reason = missing;
    }
    return reason;
  }

  #rulesOf(identity: Identity): readonly Rule[] {
    let rules = this.#rules.get(identity);
    if (rules === undefined) this.#rules.set(identity, (rules = rulesFor(identity, this.pods)));
    return rules;
  }
}

/** The authorizer over these resources, and the policy that it goes by. */
export function createAuthorizer(resources: readonly ServedResource[]): { authorizer: Authorizer; policy: RbacPolicy } {
  const policy = new RbacPolicy(resources);
  return { authorizer: new Authorizer(nodePods(resourceNamed(resources, '', 'pods')), new RbacAuthorizer(policy)), policy };
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
