import type { rbacV1 } from '@gantry/api-types';
import { deepEqual, newForbidden, newNotFound } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Authorizer } from '../../../http/authz/authorizer.js';
import { MASTERS_GROUP } from '../../../http/authz/identity.js';
import type { Identity } from '../../../http/authz/identity.js';
import { compactRules, missingRules, quotedList, ruleText } from '../../../http/authz/rbac/covering.js';
import type { RbacPolicy } from '../../../http/authz/rbac/rbac-policy.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../chain.js';

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly rbacV1.PolicyRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }];
const ROLES: ReadonlySet<string> = new Set(['roles', 'clusterroles']);
const BINDINGS: ReadonlySet<string> = new Set(['rolebindings', 'clusterrolebindings']);

/** What the check asks. */
export interface EscalationReaders {
  readonly authorizer: Pick<Authorizer, 'refusal'>;
  readonly policy: Pick<RbacPolicy, 'grantsOf' | 'rulesOf'>;
}

/** Nobody gives what he does not have, unless he may `escalate` roles or `bind` this one. Upstream has it in the storage of these kinds, before everything else. */
export function rbacEscalation({ authorizer, policy }: EscalationReaders): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    validate: (request) => {
      const { operation, resource: { groupResource: { group, resource } }, object, identity } = request;
      if (group !== GROUP || object === undefined || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
      if (identity.groups.includes(MASTERS_GROUP) || changesOnlyReferences(request)) return;
      if (ROLES.has(resource) && !may(authorizer, request, 'escalate', resource, request.name)) checkRole(request, object, policy);
      if (BINDINGS.has(resource)) checkBinding(request, object, authorizer, policy);
    },
  };
}

function checkRole(request: AdmissionRequest, object: ResourceObject, policy: EscalationReaders['policy']): void {
  const { rules = [], aggregationRule } = object as unknown as rbacV1.ClusterRole;
  confirmHeld(request, rules, policy);
  if (aggregationRule === undefined) return;
  const problem = problemOf(request.identity, '', EVERYTHING, policy);
  if (problem !== undefined) throw refusal(request, `must have cluster-admin privileges to use an aggregationRule: ${problem}`);
}

function checkBinding(request: AdmissionRequest, object: ResourceObject, authorizer: EscalationReaders['authorizer'], policy: EscalationReaders['policy']): void {
  const { roleRef } = object as unknown as rbacV1.RoleBinding;
  if (may(authorizer, request, 'bind', roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles', roleRef.name)) return;
  const rules = policy.rulesOf(roleRef, request.namespace);
  if (rules === undefined) throw newNotFound({ group: GROUP, resource: roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles' }, roleRef.name);
  confirmHeld(request, rules.map((rule) => rule.policy), policy);
}

function confirmHeld(request: AdmissionRequest, rules: readonly rbacV1.PolicyRule[], policy: EscalationReaders['policy']): void {
  const problem = problemOf(request.identity, request.namespace, rules, policy);
  if (problem !== undefined) throw refusal(request, problem);
}

function problemOf(identity: Identity, namespace: string, rules: readonly rbacV1.PolicyRule[], policy: EscalationReaders['policy']): string | undefined {
  const { grants, problems } = policy.grantsOf(identity, namespace);
  const missing = missingRules(grants.map((grant) => grant.policy), rules);
  if (missing.length === 0) return undefined;
  const lines = [...new Set(compactRules(missing).map(ruleText))].sort();
  const unresolved = problems.length === 0 ? '' : `; resolution errors: [${problems.join(', ')}]`;
  return `user ${JSON.stringify(identity.name)} (groups=${quotedList(identity.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}${unresolved}`;
}

function may(authorizer: EscalationReaders['authorizer'], { identity, namespace }: AdmissionRequest, verb: string, resource: string, name: string): boolean {
  return authorizer.refusal(identity, { verb, group: GROUP, resource, subresource: '', namespace, name }) === undefined;
}

/** What the garbage collector changes gives nobody anything. */
function changesOnlyReferences({ operation, object, old }: AdmissionRequest): boolean {
  if (operation !== 'UPDATE' || object === undefined || old === undefined) return false;
  return deepEqual(bare(object), bare(old));
}

function bare({ metadata: { ownerReferences: _owners, finalizers: _finalizers, resourceVersion: _version, managedFields: _fields, ...metadata }, ...content }: ResourceObject): unknown {
  return { ...content, metadata };
}

function refusal({ resource, object, name }: AdmissionRequest, cause: string): Error {
  return newForbidden(resource.groupResource, object?.metadata.name ?? name, cause);
}
