import type { flowcontrolV1 } from '@gantry/api-types';
import { defineKind } from '../../define-kind.js';
import type { TypedStrategy } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import { semanticEqual } from '../../semantic-equal.js';
import type { DefaultedPriorityLevel } from './validation.js';
import { validatePriorityLevel, validatePriorityLevelStatusUpdate, validatePriorityLevelUpdate } from './validation.js';

const strategy: TypedStrategy<DefaultedPriorityLevel> = {
  prepareForCreate: (level) => {
    level.metadata.generation = 1;
    level.status = {};
  },
  validate: validatePriorityLevel,
  prepareForUpdate: (level, old) => {
    level.status = old.status;
    level.metadata.generation = semanticEqual(level.spec, old.spec) ? old.metadata.generation : (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate: validatePriorityLevelUpdate,
  allowUnconditionalUpdate: false,
};

export const priorityLevelConfiguration = defineKind<DefaultedPriorityLevel>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  listKind: 'PriorityLevelConfigurationList',
  resource: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  shortNames: [],
  categories: [],
  namespaced: false,
  defaults: (level) => {
    level.metadata ??= {};
    level.spec ??= { type: '' };
    level.spec.type ??= '';
    level.status ??= {};
    defaultShares(level.spec.exempt, 0);
    defaultShares(level.spec.limited, 30);
    defaultQueuing(level.spec.limited?.limitResponse?.queuing);
  },
  strategy,
  statusStrategy: {
    ...strategy,
    prepareForUpdate: (level, old) => {
      level.spec = old.spec;
      level.metadata.generation = old.metadata.generation;
    },
    validateUpdate: validatePriorityLevelStatusUpdate,
    resetFields: ['metadata', 'spec'],
  },
  columns: [
    nameColumn(),
    column('Type', 'Whether its requests are limited.', ({ spec }) => spec.type),
    column('NominalConcurrencyShares', 'Its share of what is served at once.', ({ spec }) => spec.limited?.nominalConcurrencyShares ?? '<none>'),
    column('Queues', 'How many queues it has.', ({ spec }) => queuingOf(spec)?.queues ?? '<none>'),
    column('HandSize', 'How many of the queues a flow has.', ({ spec }) => queuingOf(spec)?.handSize ?? '<none>'),
    column('QueueLengthLimit', 'How many requests a queue holds.', ({ spec }) => queuingOf(spec)?.queueLengthLimit ?? '<none>'),
    ageColumn(),
  ],
  selectableFields: {},
});

function queuingOf({ limited }: flowcontrolV1.PriorityLevelConfigurationSpec): flowcontrolV1.QueuingConfiguration | undefined {
  return limited?.limitResponse?.queuing;
}

function defaultShares(level: flowcontrolV1.ExemptPriorityLevelConfiguration | undefined, shares: number): void {
  if (level === undefined) return;
  level.nominalConcurrencyShares ??= shares;
  level.lendablePercent ??= 0;
}

function defaultQueuing(queuing: flowcontrolV1.QueuingConfiguration | undefined): void {
  if (queuing === undefined) return;
  queuing.handSize ||= 8;
  queuing.queues ||= 64;
  queuing.queueLengthLimit ||= 50;
}
