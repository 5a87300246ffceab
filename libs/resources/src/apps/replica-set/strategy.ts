import type { TypedStrategy } from '../../define-kind.js';
import { semanticEqual } from '../../semantic-equal.js';
import { workloadWarnings } from '../workload-warnings.js';
import type { DefaultedReplicaSet } from './defaults.js';
import { validateReplicaSet, validateReplicaSetStatusUpdate, validateReplicaSetUpdate } from './validation.js';

/** How replica sets come to be and change. */
export const replicaSetStrategy: TypedStrategy<DefaultedReplicaSet> = {
  prepareForCreate: (replicaSet) => {
    replicaSet.status = { replicas: 0 };
    replicaSet.metadata.generation = 1;
  },
  validate: validateReplicaSet,
  prepareForUpdate: (replicaSet, old) => {
    replicaSet.status = old.status;
    const same = semanticEqual(replicaSet.spec, old.spec);
    replicaSet.metadata.generation = same ? old.metadata.generation : (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate: validateReplicaSetUpdate,
  warnings: workloadWarnings,
  allowUnconditionalUpdate: true,
};

/** How `/status` changes. */
export const replicaSetStatusStrategy: TypedStrategy<DefaultedReplicaSet> = {
  ...replicaSetStrategy,
  prepareForUpdate: (replicaSet, old) => {
    replicaSet.spec = old.spec;
    replicaSet.metadata.generation = old.metadata.generation;
  },
  validateUpdate: validateReplicaSetStatusUpdate,
};
