import type { rbacV1 } from '@gantry/api-types';
import type { PathAttributes, ResourceAttributes } from '../attributes.js';
import type { Identity } from '../identity.js';
import { covers, permitsPath } from '../rules.js';
import type { Grant, Grants } from './grant.js';
import type { RbacPolicy } from './rbac-policy.js';
import { subjectText } from './subjects.js';

/** Decides by roles and bindings. */
export class RbacAuthorizer {
  constructor(private readonly policy: RbacPolicy) {}

  /** Why not, '' where there is no more to say; undefined: it is permitted. */
  refusal(identity: Identity, attributes: ResourceAttributes): string | undefined {
    const { grants, problems } = this.policy.grantsOf(identity, attributes.namespace);
    for (const { rule } of grants) if (rule !== undefined && covers(rule, attributes)) return undefined;
    return problemText(problems);
  }

  isPathPermitted(identity: Identity, attributes: PathAttributes): boolean {
    return this.policy.grantsOf(identity, '').grants.some(({ paths }) => paths !== undefined && permitsPath(paths, attributes));
  }

  /** By which binding of which role to whom it is permitted; undefined: by none. */
  reason(identity: Identity, attributes: ResourceAttributes | PathAttributes): string | undefined {
    const isPath = 'path' in attributes;
    const { grants } = this.policy.grantsOf(identity, isPath ? '' : attributes.namespace);
    const grant = grants.find(({ rule, paths }) => (isPath ? paths !== undefined && permitsPath(paths, attributes) : rule !== undefined && covers(rule, attributes)));
    return grant && `RBAC: allowed by ${bindingText(grant, identity)}`;
  }

  /** Everything that the identity may do there, as it is written. */
  grantsOf(identity: Identity, namespace: string): Grants {
    return this.policy.grantsOf(identity, namespace);
  }
}

function problemText(problems: readonly string[]): string {
  if (problems.length === 0) return '';
  return `RBAC: ${problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`}`;
}

function bindingText({ binding }: Grant, identity: Identity): string {
  const { metadata, kind } = binding.object;
  const { roleRef, subjects = [] } = binding.object as unknown as rbacV1.RoleBinding;
  const name = metadata.namespace === undefined ? metadata.name! : `${metadata.name!}/${metadata.namespace}`;
  return `${kind} ${JSON.stringify(name)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subjectText(subjects, metadata.namespace ?? '', identity)}`;
}
