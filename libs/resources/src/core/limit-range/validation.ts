import type { coreV1 } from '@gantry/api-types';
import { duplicate, forbidden, invalid, isQualifiedName, nameIsDNSSubdomain, path, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { validateContainerResourceName, validateResourceName } from '../quota-names.js';
import type { DefaultedLimitRange } from './defaults.js';
import { limitLists } from './defaults.js';
import { validateValues } from './validate-values.js';

const metadataPath = path('metadata');
const limitsPath = path('spec').child('limits');
const types = ['Pod', 'Container', 'PersistentVolumeClaim'];

/** A limit range to be created. */
export function validateLimitRange({ metadata, spec }: DefaultedLimitRange): FieldError[] {
  const errors = validateMetadata(metadata, true, nameIsDNSSubdomain, metadataPath);
  validateLimits(spec.limits, errors);
  return errors;
}

/** An update. */
export function validateLimitRangeUpdate({ metadata, spec }: DefaultedLimitRange, old: DefaultedLimitRange): FieldError[] {
  const errors = validateMetadataUpdate(metadata, old.metadata, metadataPath);
  validateLimits(spec.limits, errors);
  return errors;
}

function validateLimits(limits: readonly coreV1.LimitRangeItem[], errors: FieldError[]): void {
  const seen = new Set<string>();
  limits.forEach((item, index) => {
    const at = limitsPath.index(index);
    validateType(item.type, at.child('type'), errors);
    if (seen.has(item.type)) errors.push(duplicate(at.child('type'), item.type));
    seen.add(item.type);
    validateItem(item, at, errors);
  });
}

function validateType(type: string, at: FieldPath, errors: FieldError[]): void {
  const problems = isQualifiedName(type);
  for (const problem of problems) errors.push(invalid(at, type, problem));
  if (problems.length === 0 && !type.includes('/') && !types.includes(type)) errors.push(invalid(at, type, 'must be a standard limit type or fully qualified'));
}

function validateItem(item: coreV1.LimitRangeItem, at: FieldPath, errors: FieldError[]): void {
  const check = item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName;
  const names = new Set<string>();
  for (const list of limitLists) {
    if (item.type === 'Pod' && (list === 'default' || list === 'defaultRequest')) {
      if (Object.keys(item[list] ?? {}).length > 0) errors.push(forbidden(at.child(list), "may not be specified when `type` is 'Pod'"));
      continue;
    }
    for (const name of Object.keys(item[list] ?? {})) {
      check(name, at.child(list).key(name), errors);
      names.add(name);
    }
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.['storage'] === undefined && item.max?.['storage'] === undefined) {
    errors.push(required(at.child('limits'), 'either minimum or maximum storage value is required, but neither was provided'));
  }
  for (const name of names) validateValues(item, name, at, errors);
}
