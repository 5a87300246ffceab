import type { coreV1 } from '@gantry/api-types';
import { nameIsDNSSubdomain, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { presentTemplate } from '../../apps/template-selector.js';
import { defineKind } from '../../define-kind.js';
import type { WithMetadata } from '../../define-kind.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { column, nameColumn } from '../../printing/columns.js';
import { containerImages, containerNames } from '../../printing/containers.js';
import { labelsText } from '../../printing/selector-text.js';
import { semanticEqual } from '../../semantic-equal.js';
import { defaultPodSpec } from '../pod-spec/defaults.js';
import { validatePodTemplate } from '../pod-spec/validation/pod-spec.js';
import { podTemplateWarnings } from '../pod-spec/warnings/pod-warnings.js';

/** A pod template as defaults leave it. */
type PodTemplate = WithMetadata<coreV1.PodTemplate> & { template: coreV1.PodTemplateSpec };

export const podTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  listKind: 'PodTemplateList',
  resource: 'podtemplates',
  singular: 'podtemplate',
  shortNames: [],
  categories: [],
  namespaced: true,
  defaults: (object) => {
    object.metadata ??= {};
    object.template = presentTemplate(object.template);
    defaultPodSpec(object.template.spec!);
  },
  strategy: {
    prepareForCreate: ({ metadata }) => void (metadata.generation = 1),
    validate,
    prepareForUpdate: (object, old) => {
      const { generation } = old.metadata;
      object.metadata.generation = semanticEqual(object.template, old.template) ? generation : (generation ?? 0) + 1;
    },
    validateUpdate: (object, old) => [...validateMetadataUpdate(object.metadata, old.metadata, path('metadata')), ...validateContent(object)],
    warnings: ({ metadata, template }, old) => (old === undefined || old.metadata.generation !== metadata.generation ? podTemplateWarnings(template, path('template')) : []),
    allowUnconditionalUpdate: true,
  },
  returnsDeletedObject: true,
  columns: [
    nameColumn(),
    column('Containers', 'The names of the containers in the template.', ({ template }) => containerNames(template.spec?.containers)),
    column('Images', 'The images of the containers in the template.', ({ template }) => containerImages(template.spec?.containers)),
    column('Pod Labels', 'The labels of the pods that are made of it.', ({ template }) => labelsText(template.metadata?.labels)),
  ],
  selectableFields: {},
});

function validate(object: PodTemplate): FieldError[] {
  return [...validateMetadata(object.metadata, true, nameIsDNSSubdomain, path('metadata')), ...validateContent(object)];
}

function validateContent({ template }: PodTemplate): FieldError[] {
  const errors: FieldError[] = [];
  validatePodTemplate(template, path('template'), errors);
  return errors;
}
