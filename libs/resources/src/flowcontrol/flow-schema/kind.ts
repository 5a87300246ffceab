import type { flowcontrolV1 } from '@gantry/api-types';
import { defineKind } from '../../define-kind.js';
import type { TypedStrategy } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import { semanticEqual } from '../../semantic-equal.js';
import type { DefaultedFlowSchema } from './validation.js';
import { validateFlowSchema, validateFlowSchemaStatusUpdate, validateFlowSchemaUpdate } from './validation.js';

const strategy: TypedStrategy<DefaultedFlowSchema> = {
  prepareForCreate: (schema) => {
    schema.metadata.generation = 1;
    schema.status = {};
  },
  validate: validateFlowSchema,
  prepareForUpdate: (schema, old) => {
    schema.status = old.status;
    schema.metadata.generation = semanticEqual(schema.spec, old.spec) ? old.metadata.generation : (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate: validateFlowSchemaUpdate,
  allowUnconditionalUpdate: false,
};

export const flowSchema = defineKind<DefaultedFlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  listKind: 'FlowSchemaList',
  resource: 'flowschemas',
  singular: 'flowschema',
  shortNames: [],
  categories: [],
  namespaced: false,
  defaults: (schema) => {
    schema.metadata ??= {};
    schema.spec ??= {} as flowcontrolV1.FlowSchemaSpec;
    schema.spec.priorityLevelConfiguration ??= { name: '' };
    schema.spec.matchingPrecedence ||= 1000;
    schema.status ??= {};
  },
  strategy,
  statusStrategy: {
    ...strategy,
    prepareForUpdate: (schema, old) => {
      schema.spec = old.spec;
      schema.metadata.generation = old.metadata.generation;
    },
    validateUpdate: validateFlowSchemaStatusUpdate,
    resetFields: ['metadata', 'spec'],
  },
  columns: [
    nameColumn(),
    column('PriorityLevel', 'The level that its requests have.', ({ spec }) => spec.priorityLevelConfiguration.name),
    column('MatchingPrecedence', 'Of several that match a request the one with the lowest number counts.', ({ spec }) => spec.matchingPrecedence ?? 0),
    column('DistinguisherMethod', 'By what its requests are told apart into flows.', ({ spec }) => spec.distinguisherMethod?.type ?? '<none>'),
    ageColumn(),
    column('MissingPL', 'Whether there is no such level.', ({ status }) => status.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?'),
  ],
  selectableFields: {},
});
