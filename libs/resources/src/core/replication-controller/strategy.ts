import { workloadWarnings } from '../../apps/workload-warnings.js';
import type { TypedStrategy } from '../../define-kind.js';
import { semanticEqual } from '../../semantic-equal.js';
import type { DefaultedReplicationController } from './defaults.js';
import { validateReplicationController, validateReplicationControllerStatusUpdate, validateReplicationControllerUpdate } from './validation.js';

/** How replication controllers come to be and change. */
export const replicationControllerStrategy: TypedStrategy<DefaultedReplicationController> = {
  prepareForCreate: (controller) => {
    controller.status = { replicas: 0 };
    controller.metadata.generation = 1;
  },
  validate: validateReplicationController,
  prepareForUpdate: (controller, old) => {
    controller.status = old.status;
    const same = semanticEqual(controller.spec, old.spec);
    controller.metadata.generation = same ? old.metadata.generation : (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate: validateReplicationControllerUpdate,
  warnings: workloadWarnings,
  allowUnconditionalUpdate: true,
};

/** How `/status` changes. */
export const replicationControllerStatusStrategy: TypedStrategy<DefaultedReplicationController> = {
  ...replicationControllerStrategy,
  prepareForUpdate: (controller, old) => {
    controller.spec = old.spec;
    controller.metadata.generation = old.metadata.generation;
  },
  validateUpdate: validateReplicationControllerStatusUpdate,
};
