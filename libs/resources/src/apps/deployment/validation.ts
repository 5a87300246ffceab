import type { appsV1 } from '@gantry/api-types';
import { forbidden, invalid, isPercent, nameIsDNSSubdomain, notSupported, path, required, validateImmutable } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { validateCounts, validateNonnegative } from '../status-counts.js';
import { validateSelectorAndTemplate } from '../template-selector.js';
import type { DefaultedDeployment } from './defaults.js';

const metadataPath = path('metadata');
const specPath = path('spec');

/** A deployment to be created. */
export function validateDeployment(deployment: DefaultedDeployment): FieldError[] {
  const errors = validateMetadata(deployment.metadata, true, nameIsDNSSubdomain, metadataPath);
  validateSpec(deployment.spec, errors);
  return errors;
}

/** An update: the selector is fixed. */
export function validateDeploymentUpdate(deployment: DefaultedDeployment, old: DefaultedDeployment): FieldError[] {
  const errors = validateMetadataUpdate(deployment.metadata, old.metadata, metadataPath);
  validateSpec(deployment.spec, errors);
  errors.push(...validateImmutable(deployment.spec.selector, old.spec.selector, specPath.child('selector')));
  return errors;
}

const counts = ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount'];

/** An update of the status: counts that fit together. */
export function validateDeploymentStatusUpdate(deployment: DefaultedDeployment, old: DefaultedDeployment): FieldError[] {
  const errors = validateMetadataUpdate(deployment.metadata, old.metadata, metadataPath);
  const status = { ...deployment.status };
  validateCounts(status, counts, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], errors);
  if ((status.collisionCount ?? 0) < (old.status.collisionCount ?? 0)) {
    errors.push(invalid(path('status').child('collisionCount'), status.collisionCount ?? 0, 'cannot be decremented'));
  }
  return errors;
}

function validateSpec(spec: appsV1.DeploymentSpec, errors: FieldError[]): void {
  validateNonnegative(spec.replicas, 'spec.replicas', errors);
  validateSelectorAndTemplate(spec.selector, spec.template, specPath, errors);
  validateStrategy(spec.strategy ?? {}, specPath.child('strategy'), errors);
  validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateNonnegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  validateNonnegative(spec.progressDeadlineSeconds, 'spec.progressDeadlineSeconds', errors);
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalid(specPath.child('progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds'));
  }
}

function validateStrategy(strategy: appsV1.DeploymentStrategy, at: FieldPath, errors: FieldError[]): void {
  const here = at.child('rollingUpdate');
  if (strategy.type === 'Recreate') {
    if (strategy.rollingUpdate !== undefined) errors.push(forbidden(here, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (strategy.type !== 'RollingUpdate') errors.push(notSupported(at, written(strategy), ['Recreate', 'RollingUpdate']));
  else if (strategy.rollingUpdate === undefined) errors.push(required(here, 'this should be defaulted and never be nil'));
  else validateRollingUpdate(strategy.rollingUpdate, here, errors);
}

/** Upstream shows its internal form here. */
function written({ type, rollingUpdate }: appsV1.DeploymentStrategy): unknown {
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  return { Type: type, RollingUpdate: rollingUpdate === undefined ? null : { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge } };
}

function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: appsV1.RollingUpdateDeployment, at: FieldPath, errors: FieldError[]): void {
  validateIntOrPercent(maxUnavailable, at.child('maxUnavailable'), errors);
  validateIntOrPercent(maxSurge, at.child('maxSurge'), errors);
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) errors.push(invalid(at.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  if (typeof maxUnavailable === 'string' && amountOf(maxUnavailable) > 100) errors.push(invalid(at.child('maxUnavailable'), maxUnavailable, 'must not be greater than 100%'));
}

function validateIntOrPercent(value: number | string, at: FieldPath, errors: FieldError[]): void {
  if (typeof value === 'string') for (const problem of isPercent(value)) errors.push(invalid(at, value, problem));
  else if (value < 0) errors.push(invalid(at, value, 'must be greater than or equal to 0'));
}

/** The number, or the number before the percent sign. */
function amountOf(value: number | string): number {
  if (typeof value === 'number') return value;
  const digits = isPercent(value).length === 0 ? value.slice(0, -1) : value;
  return /^[+-]?[0-9]+$/.test(digits) ? Number(digits) : 0;
}
