import type { flowcontrolV1 } from '@gantry/api-types';
import { forbidden, invalid, nameIsDNSLabel, nameIsDNSSubdomain, notSupported, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const ALL = '*';

/** One rule of a flow schema: who, and what of theirs. */
export function validateRule(rule: flowcontrolV1.PolicyRulesWithSubjects, at: FieldPath, errors: FieldError[]): void {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  if (subjects.length === 0) errors.push(required(at.child('subjects'), 'subjects must contain at least one value'));
  subjects.forEach((subject, index) => validateSubject(subject, at.child('subjects').index(index), errors));
  if (resourceRules.length + nonResourceRules.length === 0) errors.push(required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  resourceRules.forEach((one, index) => validateResourceRule(one, at.child('resourceRules').index(index), errors));
  nonResourceRules.forEach((one, index) => validateNonResourceRule(one, at.child('nonResourceRules').index(index), errors));
}

/** Of each kind of subject, the field that says more. */
const fields = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;

function validateSubject(subject: flowcontrolV1.Subject, at: FieldPath, errors: FieldError[]): void {
  const { kind } = subject;
  if (!Object.hasOwn(fields, kind)) {
    errors.push(notSupported(at.child('kind'), kind, Object.keys(fields).sort()));
    return;
  }
  for (const [other, field] of Object.entries(fields)) {
    if (other === kind) validateSubjectField(subject, field, kind, at.child(field), errors);
    else if (subject[field] !== undefined) errors.push(forbidden(at.child(field), `${field} is forbidden when subject kind is not '${other}'`));
  }
}

function validateSubjectField(subject: flowcontrolV1.Subject, field: 'serviceAccount' | 'user' | 'group', kind: string, at: FieldPath, errors: FieldError[]): void {
  const named = subject[field];
  if (named === undefined) {
    errors.push(required(at, `${field} is required when subject kind is '${kind}'`));
    return;
  }
  if (!named.name) errors.push(required(at.child('name')));
  if (field === 'serviceAccount') validateAccount(subject.serviceAccount!, at, errors);
}

function validateAccount({ name, namespace }: flowcontrolV1.ServiceAccountSubject, at: FieldPath, errors: FieldError[]): void {
  if (name && name !== ALL) for (const problem of nameIsDNSSubdomain(name, false)) errors.push(invalid(at.child('name'), name, problem));
  if (!namespace) errors.push(required(at.child('namespace'), 'must specify namespace for service account'));
  else for (const problem of nameIsDNSLabel(namespace, false)) errors.push(invalid(at.child('namespace'), namespace, problem));
}

function validateVerbs(list: readonly string[] | undefined, at: FieldPath, errors: FieldError[]): void {
  if (validateWildcard(list, at, 'verbs must contain at least one value', 'other verbs', errors)) return;
  if (!list!.every((verb) => verbs.includes(verb))) errors.push(notSupported(at, list, verbs));
}

/** A list that must not be empty, where `*` stands alone. Answers whether there is nothing more to look at. */
function validateWildcard(list: readonly string[] | undefined, at: FieldPath, missing: string, others: string, errors: FieldError[]): boolean {
  if (list === undefined || list.length === 0) {
    errors.push(required(at, missing));
    return true;
  }
  if (!list.includes(ALL)) return false;
  if (list.length > 1) errors.push(invalid(at, list, `if '*' is present, must not specify ${others}`));
  return true;
}

function validateResourceRule(rule: flowcontrolV1.ResourcePolicyRule, at: FieldPath, errors: FieldError[]): void {
  validateVerbs(rule.verbs, at.child('verbs'), errors);
  validateWildcard(rule.apiGroups, at.child('apiGroups'), 'resource rules must supply at least one api group', 'other api groups', errors);
  validateWildcard(rule.resources, at.child('resources'), 'resource rules must supply at least one resource', 'other resources', errors);
  const here = at.child('namespaces');
  const { namespaces = [], clusterScope } = rule;
  if (namespaces.length === 0 && clusterScope === true) return;
  if (validateWildcard(namespaces, here, 'resource rules that are not cluster scoped must supply at least one namespace', 'other namespaces', errors)) return;
  namespaces.forEach((namespace, index) => {
    for (const problem of nameIsDNSLabel(namespace, false)) errors.push(invalid(here.index(index), namespace, `each member of this list must be '*' or a DNS-1123 label; ${problem}`));
  });
}

function validateNonResourceRule(rule: flowcontrolV1.NonResourcePolicyRule, at: FieldPath, errors: FieldError[]): void {
  validateVerbs(rule.verbs, at.child('verbs'), errors);
  const here = at.child('nonResourceURLs');
  if (validateWildcard(rule.nonResourceURLs, here, 'nonResourceURLs must contain at least one value', 'other non-resource URLs', errors)) return;
  rule.nonResourceURLs.forEach((url, index) => {
    const problem = urlProblem(url);
    if (problem !== undefined) errors.push(invalid(here.index(index), url, problem));
  });
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const wildcards = url.split(ALL).length - 1;
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}
