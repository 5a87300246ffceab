import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, nameIsDNSSubdomain, notSupported, path, required, selectorFromLabels } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateCounts, validateNonnegative } from '../../apps/status-counts.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { validatePodTemplate } from '../pod-spec/validation/pod-spec.js';
import type { DefaultedReplicationController } from './defaults.js';

const metadataPath = path('metadata');
const specPath = path('spec');
const templatePath = specPath.child('template');

/** A replication controller to be created. */
export function validateReplicationController({ metadata, spec }: DefaultedReplicationController): FieldError[] {
  const errors = validateMetadata(metadata, true, nameIsDNSSubdomain, metadataPath);
  validateSpec(spec, errors);
  return errors;
}

/** An update: unlike a replica set's, the selector may change. */
export function validateReplicationControllerUpdate({ metadata, spec }: DefaultedReplicationController, old: DefaultedReplicationController): FieldError[] {
  const errors = validateMetadataUpdate(metadata, old.metadata, metadataPath);
  validateSpec(spec, errors);
  return errors;
}

const parts = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'];
const counts = ['replicas', ...parts, 'observedGeneration'];

/** An update of the status: counts that fit together. */
export function validateReplicationControllerStatusUpdate({ metadata, status }: DefaultedReplicationController, old: DefaultedReplicationController): FieldError[] {
  const errors = validateMetadataUpdate(metadata, old.metadata, metadataPath);
  validateCounts({ ...status }, counts, parts, errors);
  return errors;
}

function validateSpec(spec: coreV1.ReplicationControllerSpec, errors: FieldError[]): void {
  validateNonnegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  if (Object.keys(spec.selector ?? {}).length === 0) errors.push(required(specPath.child('selector')));
  validateNonnegative(spec.replicas, 'spec.replicas', errors);
  if (spec.template === undefined) errors.push(required(templatePath));
  else validateTemplate(spec.template, spec.selector, errors);
}

function validateTemplate(template: coreV1.PodTemplateSpec, labels: Readonly<Record<string, string>> | undefined, errors: FieldError[]): void {
  const selector = selectorFromLabels(labels);
  if (!selector.empty && !selector.matches(template.metadata?.labels)) {
    errors.push(invalid(templatePath.child('metadata').child('labels'), template.metadata?.labels ?? null, '`selector` does not match template `labels`'));
  }
  validatePodTemplate(template, templatePath, errors);
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  const at = templatePath.child('spec');
  if (restartPolicy !== 'Always') errors.push(notSupported(at.child('restartPolicy'), restartPolicy ?? '', ['Always']));
  if (activeDeadlineSeconds !== undefined) errors.push(forbidden(at.child('activeDeadlineSeconds'), 'activeDeadlineSeconds in ReplicationController is not Supported'));
}
