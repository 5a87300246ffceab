import type { schedulingV1 } from '@gantry/api-types';
import { forbidden, nameIsDNSSubdomain, notSupported, path, validateImmutable } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { defineKind } from '../../define-kind.js';
import type { WithMetadata } from '../../define-kind.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import { HIGHEST_USER_PRIORITY, SYSTEM_PREFIX, systemPriorityClasses } from './system-classes.js';

/** A priority class as defaults leave it. */
type PriorityClass = WithMetadata<schedulingV1.PriorityClass> & { value: number };

const preemptionPolicies = ['PreemptLowerPriority', 'Never'];

export const priorityClass = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  listKind: 'PriorityClassList',
  resource: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  categories: [],
  namespaced: false,
  defaults: (object) => {
    object.metadata ??= {};
    object.value ??= 0;
    object.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  strategy: {
    prepareForCreate: ({ metadata }) => void (metadata.generation = 1),
    validate,
    prepareForUpdate: () => undefined,
    validateUpdate,
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn(),
    column('Value', 'The priority of pods of this class.', ({ value }) => value, 'integer'),
    column('Global-Default', 'Whether pods that name no class are of this one.', ({ globalDefault }) => globalDefault === true, 'boolean'),
    ageColumn(),
    column('PreemptionPolicy', 'Whether its pods may take the place of lower ones.', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
  ],
  selectableFields: {},
});

function validate(object: PriorityClass): FieldError[] {
  const errors = validateMetadata(object.metadata, false, nameIsDNSSubdomain, path('metadata'));
  if (object.metadata.name?.startsWith(SYSTEM_PREFIX) === true) {
    const problem = systemProblem(object);
    if (problem !== undefined) errors.push(forbidden(path('metadata').child('name'), `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${problem}`));
  } else if (object.value > HIGHEST_USER_PRIORITY) errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${String(HIGHEST_USER_PRIORITY)}`));
  const { preemptionPolicy = '' } = object;
  if (!preemptionPolicies.includes(preemptionPolicy)) errors.push(notSupported('preemptionPolicy', preemptionPolicy, preemptionPolicies));
  return errors;
}

function systemProblem({ metadata: { name = '' }, value, globalDefault = false }: PriorityClass): string | undefined {
  const known = systemPriorityClasses.find(({ metadata }) => metadata.name === name);
  if (known === undefined) return `${name} is not a known system priority class`;
  if (known.value !== value) return `value of ${name} PriorityClass must be ${String(known.value)}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

/** What pods got from their class stays true of it. */
function validateUpdate(object: PriorityClass, old: PriorityClass): FieldError[] {
  const errors = validateMetadataUpdate(object.metadata, old.metadata, path('metadata'));
  if (object.value !== old.value) errors.push(forbidden('value', 'may not be changed in an update.'));
  return [...errors, ...validateImmutable(object.preemptionPolicy, old.preemptionPolicy, path('preemptionPolicy'))];
}
