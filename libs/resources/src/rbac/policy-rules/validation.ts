import { invalid, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import type { rbacV1 } from '@gantry/api-types';

/** The rules of a role: each is about resources or about paths, and paths are for the whole cluster. */
export function validateRules(rules: readonly rbacV1.PolicyRule[] = [], isNamespaced: boolean, at: FieldPath): FieldError[] {
  return rules.flatMap((rule, index) => validateRule(rule, isNamespaced, at.index(index)));
}

function validateRule({ verbs, nonResourceURLs, apiGroups, resources, resourceNames }: rbacV1.PolicyRule, isNamespaced: boolean, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (isEmpty(verbs)) errors.push(required(at.child('verbs'), 'verbs must contain at least one value'));
  if (!isEmpty(nonResourceURLs)) {
    if (isNamespaced) errors.push(invalid(at.child('nonResourceURLs'), nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    const isMixed = !isEmpty(apiGroups) || !isEmpty(resources) || !isEmpty(resourceNames);
    if (isMixed) errors.push(invalid(at.child('nonResourceURLs'), nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
    return errors;
  }
  if (isEmpty(apiGroups)) errors.push(required(at.child('apiGroups'), 'resource rules must supply at least one api group'));
  if (isEmpty(resources)) errors.push(required(at.child('resources'), 'resource rules must supply at least one resource'));
  return errors;
}

function isEmpty(list: readonly string[] | undefined): boolean {
  return list === undefined || list.length === 0;
}
