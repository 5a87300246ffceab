import type { coreV1 } from '@gantry/api-types';
import { path } from '@gantry/apimachinery';
import { podTemplateWarnings } from '../core/pod-spec/warnings/pod-warnings.js';
import type { WithMetadata } from '../define-kind.js';
import { podNameWarnings } from './pod-name-warnings.js';

type Workload = WithMetadata<{ readonly spec: { readonly template?: coreV1.PodTemplateSpec } }>;

/** What a client is told of a workload's name and of the template of its pods: when it is new, and whenever it changes. */
export function workloadWarnings({ metadata, spec }: Workload, old: Workload | undefined): string[] {
  const isChanged = old === undefined || old.metadata.generation !== metadata.generation;
  const ofTemplate = isChanged && spec.template !== undefined ? podTemplateWarnings(spec.template, path('spec').child('template')) : [];
  return old === undefined ? [...podNameWarnings(metadata.name), ...ofTemplate] : ofTemplate;
}
