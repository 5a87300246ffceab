import type { coreV1 } from '@gantry/api-types';
import { invalid, isConfigMapKey, isDNS1123Subdomain, isEnvironmentVariableName, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { environmentFields, validateFieldReference, validateResourceReference } from './downward-api.js';

/** The variables of a container. */
export function validateEnvironment(variables: readonly coreV1.EnvVar[], at: FieldPath, errors: FieldError[]): void {
  variables.forEach((variable, index) => {
    const here = at.index(index);
    if (!variable.name) errors.push(required(here.child('name')));
    else for (const problem of isEnvironmentVariableName(variable.name)) errors.push(invalid(here.child('name'), variable.name, problem));
    if (variable.valueFrom !== undefined) validateSource(variable, variable.valueFrom, here.child('valueFrom'), errors);
  });
}

function validateSource({ value }: coreV1.EnvVar, source: coreV1.EnvVarSource, at: FieldPath, errors: FieldError[]): void {
  if (source.fieldRef !== undefined) validateFieldReference(source.fieldRef, environmentFields, at.child('fieldRef'), errors);
  if (source.resourceFieldRef !== undefined) validateResourceReference(source.resourceFieldRef, false, at.child('resourceFieldRef'), errors);
  if (source.configMapKeyRef !== undefined) validateKeyReference(source.configMapKeyRef, at.child('configMapKeyRef'), errors);
  if (source.secretKeyRef !== undefined) validateKeyReference(source.secretKeyRef, at.child('secretKeyRef'), errors);
  const count = Object.values(source).filter((one) => one !== undefined).length;
  if (count === 0) errors.push(invalid(at, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
  else if (value) errors.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
}

function validateKeyReference({ name = '', key }: { name?: string; key: string }, at: FieldPath, errors: FieldError[]): void {
  for (const problem of isDNS1123Subdomain(name)) errors.push(invalid(at.child('name'), name, problem));
  if (!key) errors.push(required(at.child('key')));
  else for (const problem of isConfigMapKey(key)) errors.push(invalid(at.child('key'), key, problem));
}

/** Whole ConfigMaps and Secrets as variables. */
export function validateEnvironmentSources(sources: readonly coreV1.EnvFromSource[], at: FieldPath, errors: FieldError[]): void {
  sources.forEach(({ prefix, configMapRef, secretRef }, index) => {
    const here = at.index(index);
    if (prefix) for (const problem of isEnvironmentVariableName(prefix)) errors.push(invalid(here.child('prefix'), prefix, problem));
    if (configMapRef !== undefined) validateReferenceName(configMapRef.name, here.child('configMapRef').child('name'), errors);
    if (secretRef !== undefined) validateReferenceName(secretRef.name, here.child('secretRef').child('name'), errors);
    if (configMapRef === undefined && secretRef === undefined) errors.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (configMapRef !== undefined && secretRef !== undefined) errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
  });
}

function validateReferenceName(name: string | undefined, at: FieldPath, errors: FieldError[]): void {
  if (!name) errors.push(required(at));
  else for (const problem of isDNS1123Subdomain(name)) errors.push(invalid(at, name, problem));
}
