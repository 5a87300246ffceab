import type { appsV1 } from '@gantry/api-types';
import { invalid, nameIsDNSSubdomain, path, required, validateImmutable } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { defineKind } from '../../define-kind.js';
import type { WithMetadata } from '../../define-kind.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';

type ControllerRevision = WithMetadata<appsV1.ControllerRevision>;

export const controllerRevision = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  listKind: 'ControllerRevisionList',
  resource: 'controllerrevisions',
  singular: 'controllerrevision',
  shortNames: [],
  categories: [],
  namespaced: true,
  defaults: (object) => {
    object.metadata ??= {};
    object.revision ??= 0;
  },
  strategy: {
    prepareForCreate: () => undefined,
    validate: (object) => [...validateMetadata(object.metadata, true, nameIsDNSSubdomain, path('metadata')), ...validateRevision(object), ...validateData(object)],
    prepareForUpdate: () => undefined,
    validateUpdate: (object, old) => [...validateMetadataUpdate(object.metadata, old.metadata, path('metadata')), ...validateRevision(object), ...validateImmutable(object.data, old.data, path('data'))],
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn(),
    column('Controller', 'Whose history it is.', controllerName),
    column('Revision', 'Its number in that history.', ({ revision }) => String(revision)),
    ageColumn(),
  ],
  selectableFields: {},
});

function validateRevision({ revision }: ControllerRevision): FieldError[] {
  return revision < 0 ? [invalid('revision', revision, 'must be greater than or equal to 0')] : [];
}

function validateData({ data }: ControllerRevision): FieldError[] {
  if (data === undefined || data === null) return [required('data', 'data is mandatory')];
  return typeof data === 'object' && !Array.isArray(data) ? [] : [required('data', 'data must be a valid JSON object')];
}

/** `statefulset.apps/web`. */
function controllerName({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return '<none>';
  const slash = owner.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}
