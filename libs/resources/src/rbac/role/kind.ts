import type { rbacV1 } from '@gantry/api-types';
import { nameIsPathSegment, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { defineKind } from '../../define-kind.js';
import type { WithMetadata } from '../../define-kind.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { roleColumns } from '../columns.js';
import { RBAC_GROUP } from '../group.js';
import { validateRules } from '../policy-rules/validation.js';

type Role = WithMetadata<rbacV1.Role>;

export const role = defineKind<Role>({
  group: RBAC_GROUP,
  version: 'v1',
  kind: 'Role',
  listKind: 'RoleList',
  resource: 'roles',
  singular: 'role',
  shortNames: [],
  categories: [],
  namespaced: true,
  defaults: (object) => void (object.metadata ??= {}),
  strategy: {
    prepareForCreate: () => undefined,
    validate,
    prepareForUpdate: () => undefined,
    validateUpdate: (object, old) => [...validateMetadataUpdate(object.metadata, old.metadata, path('metadata')), ...validate(object)],
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  },
  columns: roleColumns,
  selectableFields: {},
});

function validate({ metadata, rules }: Role): FieldError[] {
  return [...validateMetadata(metadata, true, nameIsPathSegment, path('metadata')), ...validateRules(rules, true, path('rules'))];
}
