import { invalid, validateObjectMeta, validateObjectMetaUpdate, wellKnownFinalizers } from '@gantry/apimachinery';
import type { FieldError, FieldPath, MetadataFields, NameCheck } from '@gantry/apimachinery';

const standardFinalizers: readonly string[] = Object.values(wellKnownFinalizers);

/** `metadata` of an object of a built-in kind to be created. */
export function validateMetadata(metadata: MetadataFields, namespaced: boolean, checkName: NameCheck, at: FieldPath): FieldError[] {
  const errors = validateObjectMeta(metadata, namespaced, checkName, at);
  validateFinalizers(metadata.finalizers, at, errors);
  return errors;
}

/** `metadata` of an object of a built-in kind that replaces `old`. */
export function validateMetadataUpdate(metadata: MetadataFields, old: MetadataFields, at: FieldPath): FieldError[] {
  const errors = validateObjectMetaUpdate(metadata, old, at);
  validateFinalizers(metadata.finalizers, at, errors);
  return errors;
}

function validateFinalizers(finalizers: readonly string[] | undefined, at: FieldPath, errors: FieldError[]): void {
  finalizers?.forEach((finalizer, index) => validateKubeFinalizer(finalizer, at.child('finalizers').index(index), errors));
}

/** A finalizer without a domain must be one of Kubernetes' own. */
export function validateKubeFinalizer(finalizer: string, at: FieldPath, errors: FieldError[]): void {
  if (finalizer.includes('/') || standardFinalizers.includes(finalizer)) return;
  errors.push(invalid(at, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
}
