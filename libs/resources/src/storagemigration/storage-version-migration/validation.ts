import type { metaV1, storagemigrationV1beta1 } from '@gantry/api-types';
import { duplicate, invalid, isDNS1035Label, isDNS1123Subdomain, isQualifiedName, nameIsDNSSubdomain, notSupported, path, required, validateImmutable } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import type { WithMetadata } from '../../define-kind.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';

/** A migration as defaults leave it. */
export type DefaultedMigration = WithMetadata<storagemigrationV1beta1.StorageVersionMigration> & {
  spec: storagemigrationV1beta1.StorageVersionMigrationSpec;
  status: storagemigrationV1beta1.StorageVersionMigrationStatus;
};

const metadataPath = path('metadata');
const conditionsPath = path('status').child('conditions');
const revisionPath = path('status').child('resourceVersion');
const statuses = ['False', 'True', 'Unknown'];
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const reasonMessage = "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

/** A migration to be created. */
export function validateMigration({ metadata, spec }: DefaultedMigration): FieldError[] {
  const errors = validateMetadata(metadata, false, nameIsDNSSubdomain, metadataPath);
  const { group, resource } = spec.resource;
  const at = path('spec').child('resource');
  if (!resource) errors.push(required(at.child('resource'), 'resource is required to be set'));
  else refuse(resource, isDNS1035Label(resource), at.child('resource'), errors);
  if (group) refuse(group, isDNS1123Subdomain(group), at.child('group'), errors);
  return errors;
}

function refuse(value: string, problems: readonly string[], at: FieldPath, errors: FieldError[]): void {
  if (problems.length > 0) errors.push(invalid(at, value, problems.join(',')));
}

/** An update: what is to be migrated stays. */
export function validateMigrationUpdate(migration: DefaultedMigration, old: DefaultedMigration): FieldError[] {
  return [...validateMigration(migration), ...validateMetadataUpdate(migration.metadata, old.metadata, metadataPath), ...validateImmutable(migration.spec, old.spec, path('spec'))];
}

/** An update of the status: what is finished stays so. */
export function validateMigrationStatusUpdate({ metadata, status }: DefaultedMigration, old: DefaultedMigration): FieldError[] {
  const errors = validateMetadataUpdate(metadata, old.metadata, metadataPath);
  const { resourceVersion = '', conditions = [] } = status;
  if (resourceVersion !== '' && !/^\d+$/.test(resourceVersion)) errors.push(invalid(revisionPath, resourceVersion, `resource version is not well formed: ${resourceVersion}`));
  const before = old.status.resourceVersion ?? '';
  if (before !== '' && before !== resourceVersion) errors.push(invalid(revisionPath, resourceVersion, 'field is immutable'));
  validateConditions(conditions, errors);
  validateOutcome(conditions, old.status.conditions ?? [], errors);
  return errors;
}

function validateConditions(conditions: readonly metaV1.Condition[], errors: FieldError[]): void {
  const seen = new Set<string>();
  conditions.forEach((condition, index) => {
    const at = conditionsPath.index(index);
    if (seen.has(condition.type)) errors.push(duplicate(at.child('type'), condition.type));
    seen.add(condition.type);
    validateCondition(condition, at, errors);
  });
}

function validateCondition({ type, status, lastTransitionTime, reason }: metaV1.Condition, at: FieldPath, errors: FieldError[]): void {
  for (const problem of isQualifiedName(type)) errors.push(invalid(at.child('type'), type, problem));
  if (!statuses.includes(status)) errors.push(notSupported(at.child('status'), status, statuses));
  if (!lastTransitionTime) errors.push(required(at.child('lastTransitionTime')));
  if (!reason) errors.push(required(at.child('reason')));
  else if (!REASON.test(reason)) errors.push(invalid(at.child('reason'), reason, reasonMessage));
}

function validateOutcome(conditions: readonly metaV1.Condition[], before: readonly metaV1.Condition[], errors: FieldError[]): void {
  const is = (list: readonly metaV1.Condition[], wanted: string): boolean => list.some(({ type, status }) => type === wanted && status === 'True');
  const contradict = (message: string): number => errors.push(invalid(conditionsPath, conditions, message));
  const [succeeded, failed] = [is(conditions, 'Succeeded'), is(conditions, 'Failed')];
  if (succeeded && failed) contradict('Both success and failed conditions cannot be true at the same time');
  if (is(before, 'Succeeded') && !succeeded) contradict('Success condition cannot be set to false once it is true');
  if (is(before, 'Failed') && !failed) contradict('Failed condition cannot be set to false once it is true');
}
