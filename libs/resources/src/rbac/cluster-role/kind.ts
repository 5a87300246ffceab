import type { rbacV1 } from '@gantry/api-types';
import { nameIsPathSegment, path, required, validateLabelSelector } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { defineKind } from '../../define-kind.js';
import type { WithMetadata } from '../../define-kind.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { roleColumns } from '../columns.js';
import { RBAC_GROUP } from '../group.js';
import { validateRules } from '../policy-rules/validation.js';

type ClusterRole = WithMetadata<rbacV1.ClusterRole>;

export const clusterRole = defineKind<ClusterRole>({
  group: RBAC_GROUP,
  version: 'v1',
  kind: 'ClusterRole',
  listKind: 'ClusterRoleList',
  resource: 'clusterroles',
  singular: 'clusterrole',
  shortNames: [],
  categories: [],
  namespaced: false,
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

function validate({ metadata, rules, aggregationRule }: ClusterRole): FieldError[] {
  return [...validateMetadata(metadata, false, nameIsPathSegment, path('metadata')), ...validateRules(rules, false, path('rules')), ...validateAggregation(aggregationRule)];
}

function validateAggregation(aggregation: rbacV1.AggregationRule | undefined): FieldError[] {
  if (aggregation === undefined) return [];
  const at = path('aggregationRule').child('clusterRoleSelectors');
  const { clusterRoleSelectors: selectors = [] } = aggregation;
  if (selectors.length === 0) return [required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  return selectors.flatMap((selector, index) => validateLabelSelector(selector, at.index(index)));
}
