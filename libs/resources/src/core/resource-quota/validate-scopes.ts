import type { coreV1 } from '@gantry/api-types';
import { invalid, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { isQuotaResource } from '../quota-names.js';

const pods = ['pods'];
const podsAndCompute = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const claims = ['persistentvolumeclaims', 'requests.storage'];

/** Each scope with the plain resources that it can be a scope of. */
const scopes: Readonly<Record<string, readonly string[]>> = {
  Terminating: podsAndCompute,
  NotTerminating: podsAndCompute,
  BestEffort: pods,
  NotBestEffort: podsAndCompute,
  PriorityClass: podsAndCompute,
  CrossNamespacePodAffinity: podsAndCompute,
  VolumeAttributesClass: claims,
};

const opposites = [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']] as const;
/** Scopes that a pod is in or not, without values. */
const withoutValues = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const existsOnly = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

/** The scopes of a quota, and its scope selector. */
export function validateScopes(spec: coreV1.ResourceQuotaSpec, at: FieldPath, errors: FieldError[]): void {
  const named = spec.scopes ?? [];
  const listPath = at.child('scopes');
  for (const scope of named) {
    if (!Object.hasOwn(scopes, scope)) errors.push(invalid(listPath, named, 'unsupported scope'));
    for (let left = unsuited(spec, scope); left > 0; left--) errors.push(invalid(listPath, named, 'unsupported scope applied to resource'));
  }
  refuseOpposites(named, listPath, named, errors);
  if (spec.scopeSelector !== undefined) validateSelector(spec, spec.scopeSelector, at.child('scopeSelector').child('matchExpressions'), errors);
}

function validateSelector(spec: coreV1.ResourceQuotaSpec, selector: coreV1.ScopeSelector, at: FieldPath, errors: FieldError[]): void {
  const requirements = selector.matchExpressions ?? [];
  for (const requirement of requirements) {
    const { scopeName: scope, operator } = requirement;
    if (!Object.hasOwn(scopes, scope)) errors.push(invalid(at.child('scopeName'), scope, 'unsupported scope'));
    for (let left = unsuited(spec, scope); left > 0; left--) errors.push(invalid(at, selector, 'unsupported scope applied to resource'));
    if (withoutValues.includes(scope) && operator !== 'Exists') errors.push(invalid(at.child('operator'), operator, existsOnly));
    validateOperator(requirement, at, errors);
  }
  refuseOpposites(requirements.map(({ scopeName }) => scopeName), at, requirements, errors);
}

function validateOperator({ operator, values = [] }: coreV1.ScopedResourceSelectorRequirement, at: FieldPath, errors: FieldError[]): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(at.child('values'), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) errors.push(invalid(at.child('values'), values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
  } else errors.push(invalid(at.child('operator'), operator, 'not a valid selector operator'));
}

/** How many of the plain resources of the quota the scope cannot be a scope of. */
function unsuited({ hard = {} }: coreV1.ResourceQuotaSpec, scope: string): number {
  const suited = Object.hasOwn(scopes, scope) ? scopes[scope] : undefined;
  return suited === undefined ? 0 : Object.keys(hard).filter((name) => isQuotaResource(name) && !suited.includes(name)).length;
}

function refuseOpposites(named: readonly string[], at: FieldPath, shown: unknown, errors: FieldError[]): void {
  for (const pair of opposites) if (pair.every((scope) => named.includes(scope))) errors.push(invalid(at, shown, 'conflicting scopes'));
}
