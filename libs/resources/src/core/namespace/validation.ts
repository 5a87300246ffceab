import { invalid, isQualifiedName, nameIsDNSLabel, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateKubeFinalizer, validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import type { DefaultedNamespace } from './defaults.js';

const metadataPath = path('metadata');
const finalizersPath = path('spec').child('finalizers');

/** A namespace to be created. */
export function validateNamespace(namespace: DefaultedNamespace): FieldError[] {
  const errors = validateMetadata(namespace.metadata, false, nameIsDNSLabel, metadataPath);
  validateSpecFinalizers(namespace, errors);
  return errors;
}

/** An update. */
export function validateNamespaceUpdate(namespace: DefaultedNamespace, old: DefaultedNamespace): FieldError[] {
  return [...validateNamespace(namespace), ...validateMetadataUpdate(namespace.metadata, old.metadata, metadataPath)];
}

/** An update of the status: the phase says whether the namespace is being deleted. */
export function validateNamespaceStatusUpdate(namespace: DefaultedNamespace, old: DefaultedNamespace): FieldError[] {
  const errors = validateMetadataUpdate(namespace.metadata, old.metadata, metadataPath);
  const { phase = '' } = namespace.status;
  if (namespace.metadata.deletionTimestamp === undefined) {
    if (phase !== 'Active') errors.push(invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty"));
  } else if (phase !== 'Terminating') errors.push(invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty"));
  return errors;
}

/** `spec.finalizers`: a plain name must be a known one, others have a domain. */
function validateSpecFinalizers({ spec }: DefaultedNamespace, errors: FieldError[]): void {
  for (const finalizer of spec.finalizers ?? []) {
    for (const problem of isQualifiedName(finalizer)) errors.push(invalid(finalizersPath, finalizer, problem));
    validateKubeFinalizer(finalizer, finalizersPath, errors);
  }
}
