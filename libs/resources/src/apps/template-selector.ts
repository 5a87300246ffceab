import type { coreV1, metaV1 } from '@gantry/api-types';
import { forbidden, invalid, notSupported, required, selectorFromObject, validateLabelSelector } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validatePodTemplate } from '../core/pod-spec/validation/pod-spec.js';

/** What Deployments and ReplicaSets ask of their selector and the template that it must match. */
export function validateSelectorAndTemplate(selector: metaV1.LabelSelector | undefined, template: coreV1.PodTemplateSpec, at: FieldPath, errors: FieldError[]): void {
  const here = at.child('selector');
  if (selector === undefined) errors.push(required(here));
  else {
    errors.push(...validateLabelSelector(selector, here));
    if (isEmpty(selector)) errors.push(invalid(here, {}, 'empty selector is invalid for deployment'));
  }
  if (selector !== undefined && validateLabelSelector(selector, here).length > 0) errors.push(invalid(here, written(selector), 'invalid label selector'));
  else validateTemplate(selector, template, at.child('template'), errors);
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: metaV1.LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}

/** As Go writes it: without what is empty. */
function written({ matchLabels = {}, matchExpressions = [] }: metaV1.LabelSelector): metaV1.LabelSelector {
  const text: metaV1.LabelSelector = {};
  if (Object.keys(matchLabels).length > 0) text.matchLabels = { ...sorted(matchLabels) };
  if (matchExpressions.length > 0) text.matchExpressions = matchExpressions;
  return text;
}

function validateTemplate(selector: metaV1.LabelSelector | undefined, template: coreV1.PodTemplateSpec, at: FieldPath, errors: FieldError[]): void {
  const labels = template.metadata?.labels;
  const compiled = selectorFromObject(selector);
  if (!compiled.empty && !compiled.matches(labels)) {
    errors.push(invalid(at.child('metadata').child('labels'), sorted(labels), '`selector` does not match template `labels`'));
  }
  validatePodTemplate(template, at, errors);
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') errors.push(notSupported(at.child('spec').child('restartPolicy'), restartPolicy ?? '', ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(at.child('spec').child('activeDeadlineSeconds'), 'activeDeadlineSeconds in ReplicaSet is not Supported'));
  }
}

/** As Go writes a map. */
function sorted(labels: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  return labels && Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The template of a workload, filled. */
export function presentTemplate(template: coreV1.PodTemplateSpec | undefined): Required<Pick<coreV1.PodTemplateSpec, 'metadata' | 'spec'>> {
  const present = template ?? {};
  present.metadata ??= {};
  present.spec ??= { containers: [] };
  return present as Required<Pick<coreV1.PodTemplateSpec, 'metadata' | 'spec'>>;
}
