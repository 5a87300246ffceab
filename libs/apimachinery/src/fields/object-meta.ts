import type { FieldError } from '../field-error.js';
import { deepEqual } from '../meta/deep-equal.js';
import { forbidden, invalid, required, tooLong } from './build.js';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName, noProblems } from './formats.js';
import type { FormatCheck } from './formats.js';
import { validateAnnotations, validateLabels } from './labels.js';
import type { FieldPath } from './path.js';

/** The part of `metadata` that validation reads. */
export interface MetadataFields {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReferenceFields[];
  readonly managedFields?: readonly unknown[];
}

interface OwnerReferenceFields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** How the names of a kind are checked: `prefix` for a `generateName`, whose end is still to come. */
export type NameCheck = (name: string, prefix: boolean) => readonly string[];

function nameCheck(check: FormatCheck): NameCheck {
  return (name, prefix) => check(prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);
}

export const nameIsDNSSubdomain: NameCheck = nameCheck(isDNS1123Subdomain);
export const nameIsDNSLabel: NameCheck = nameCheck(isDNS1123Label);

/** Anything that can stand in a URL path (roles and their bindings). */
export const nameIsPathSegment: NameCheck = (name, prefix) => {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  if (!/[/%]/.test(name)) return noProblems;
  return ['/', '%'].filter((character) => name.includes(character)).map((character) => `may not contain '${character}'`);
};

/** `metadata` of an object to be created; its name has been generated already. */
export function validateObjectMeta(metadata: MetadataFields, namespaced: boolean, checkName: NameCheck, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { generateName, name } = metadata;
  if (generateName) for (const problem of checkName(generateName, true)) errors.push(invalid(at.child('generateName'), generateName, problem));
  if (!name) errors.push(required(at.child('name'), 'name or generateName is required'));
  else for (const problem of checkName(name, false)) errors.push(invalid(at.child('name'), name, problem));
  validateNamespaceOf(metadata.namespace, namespaced, at, errors);
  validateRest(metadata, at, errors);
  validateFinalizers(metadata.finalizers, at.child('finalizers'), errors);
  return errors;
}

function validateNamespaceOf(namespace: string | undefined, namespaced: boolean, at: FieldPath, errors: FieldError[]): void {
  if (!namespaced) {
    if (namespace) errors.push(forbidden(at.child('namespace'), 'not allowed on this type'));
  } else if (!namespace) errors.push(required(at.child('namespace')));
  else for (const problem of isDNS1123Label(namespace)) errors.push(invalid(at.child('namespace'), namespace, problem));
}

/** What creates and updates check alike. */
function validateRest(metadata: MetadataFields, at: FieldPath, errors: FieldError[]): void {
  if ((metadata.generation ?? 0) < 0) errors.push(invalid(at.child('generation'), metadata.generation, 'must be greater than or equal to 0'));
  if (metadata.labels !== undefined) errors.push(...validateLabels(metadata.labels, at.child('labels')));
  if (metadata.annotations !== undefined) errors.push(...validateAnnotations(metadata.annotations, at.child('annotations')));
  if (metadata.ownerReferences !== undefined) validateOwnerReferences(metadata.ownerReferences, at.child('ownerReferences'), errors);
  if (metadata.managedFields !== undefined) validateManagedFields(metadata.managedFields, at.child('managedFields'), errors);
}

function validateOwnerReferences(references: readonly OwnerReferenceFields[], at: FieldPath, errors: FieldError[]): void {
  let controller: string | undefined;
  for (const reference of references) {
    validateOwnerReference(reference, at, errors);
    if (reference.controller !== true) continue;
    const shown = `${reference.kind}/${reference.name}`;
    if (controller === undefined) controller = shown;
    else {
      const problem = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${shown}`;
      errors.push(invalid(at, references, problem));
    }
  }
}

function validateOwnerReference(reference: OwnerReferenceFields, at: FieldPath, errors: FieldError[]): void {
  const { apiVersion, kind, name, uid } = reference;
  if (!apiVersion || apiVersion.endsWith('/') || apiVersion.split('/').length > 2) errors.push(invalid(at.child('apiVersion'), apiVersion ?? '', 'version must not be empty'));
  if (!kind) errors.push(invalid(at.child('kind'), '', 'must not be empty'));
  if (!name) errors.push(invalid(at.child('name'), '', 'must not be empty'));
  if (!uid) errors.push(invalid(at.child('uid'), '', 'must not be empty'));
  if (apiVersion === 'v1' && kind === 'Event') errors.push(invalid(at, reference, '/v1, Kind=Event is disallowed from being an owner'));
}

function validateFinalizers(finalizers: readonly string[] | undefined, at: FieldPath, errors: FieldError[]): void {
  if (finalizers === undefined) return;
  for (const finalizer of finalizers) {
    for (const problem of isQualifiedName(finalizer)) errors.push(invalid(at, finalizer, problem));
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(at, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
}

interface ManagedFieldsFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly fieldsType?: string;
}

function validateManagedFields(entries: readonly unknown[], at: FieldPath, errors: FieldError[]): void {
  (entries as readonly ManagedFieldsFields[]).forEach(({ manager = '', operation = '', fieldsType = '' }, index) => {
    const here = at.index(index);
    if (operation !== 'Apply' && operation !== 'Update') errors.push(invalid(here.child('operation'), operation, 'must be `Apply` or `Update`'));
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') errors.push(invalid(here.child('fieldsType'), fieldsType, 'must be `FieldsV1`'));
    if (manager.length > 128) errors.push(tooLong(here.child('manager'), 128));
  });
}

const immutableMetadata = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

/** `metadata` of an object that replaces `old`. */
export function validateObjectMetaUpdate(metadata: MetadataFields, old: MetadataFields, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) validateNoNewFinalizers(metadata.finalizers, old.finalizers, at.child('finalizers'), errors);
  if (!metadata.resourceVersion) errors.push(invalid(at.child('resourceVersion'), '', 'must be specified for an update'));
  if ((metadata.generation ?? 0) < (old.generation ?? 0)) errors.push(invalid(at.child('generation'), metadata.generation ?? 0, 'must not be decremented'));
  for (const field of immutableMetadata) {
    if (metadata[field] !== old[field]) errors.push(invalid(at.child(field), metadata[field], immutableMessage));
  }
  validateRest(metadata, at, errors);
  return errors;
}

/** What an update of an immutable field is told. */
export const immutableMessage = 'field is immutable';

/** One error when a field that must not change has changed. */
export function validateImmutable(value: unknown, old: unknown, at: FieldPath): FieldError[] {
  return deepEqual(value, old) ? [] : [invalid(at, value, immutableMessage)];
}

function validateNoNewFinalizers(finalizers: readonly string[] = [], old: readonly string[] = [], at: FieldPath, errors: FieldError[]): void {
  const added = finalizers.filter((finalizer) => !old.includes(finalizer)).sort();
  if (added.length === 0) return;
  const shown = added.map((finalizer) => `"${finalizer}"`).join(', ');
  errors.push(forbidden(at, `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`));
}
