import type { appsV1 } from '@gantry/api-types';
import { nameIsDNSSubdomain, path, validateImmutable } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { validateCounts, validateNonnegative } from '../status-counts.js';
import { validateSelectorAndTemplate } from '../template-selector.js';
import type { DefaultedReplicaSet } from './defaults.js';

const metadataPath = path('metadata');
const specPath = path('spec');

/** A replica set to be created. */
export function validateReplicaSet(replicaSet: DefaultedReplicaSet): FieldError[] {
  const errors = validateMetadata(replicaSet.metadata, true, nameIsDNSSubdomain, metadataPath);
  validateSpec(replicaSet.spec, errors);
  return errors;
}

/** An update: the selector is fixed. */
export function validateReplicaSetUpdate(replicaSet: DefaultedReplicaSet, old: DefaultedReplicaSet): FieldError[] {
  const errors = validateMetadataUpdate(replicaSet.metadata, old.metadata, metadataPath);
  validateSpec(replicaSet.spec, errors);
  errors.push(...validateImmutable(replicaSet.spec.selector, old.spec.selector, specPath.child('selector')));
  return errors;
}

const parts = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'];
const counts = ['replicas', ...parts, 'observedGeneration', 'terminatingReplicas'];

/** An update of the status: counts that fit together. */
export function validateReplicaSetStatusUpdate(replicaSet: DefaultedReplicaSet, old: DefaultedReplicaSet): FieldError[] {
  const errors = validateMetadataUpdate(replicaSet.metadata, old.metadata, metadataPath);
  validateCounts({ ...replicaSet.status }, counts, parts, errors);
  return errors;
}

function validateSpec(spec: appsV1.ReplicaSetSpec, errors: FieldError[]): void {
  validateNonnegative(spec.replicas, 'spec.replicas', errors);
  validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateSelectorAndTemplate(spec.selector, spec.template ?? {}, specPath, errors);
}
