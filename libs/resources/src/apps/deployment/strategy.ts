import type { TypedStrategy } from '../../define-kind.js';
import { semanticEqual } from '../../semantic-equal.js';
import { workloadWarnings } from '../workload-warnings.js';
import type { DefaultedDeployment } from './defaults.js';
import { validateDeployment, validateDeploymentStatusUpdate, validateDeploymentUpdate } from './validation.js';

/** How deployments come to be and change. */
export const deploymentStrategy: TypedStrategy<DefaultedDeployment> = {
  prepareForCreate: (deployment) => {
    deployment.status = {};
    deployment.metadata.generation = 1;
  },
  validate: validateDeployment,
  prepareForUpdate: (deployment, old) => {
    deployment.status = old.status;
    // Annotations count: they are copied to the replica sets.
    const same = semanticEqual(deployment.spec, old.spec) && semanticEqual(deployment.metadata.annotations, old.metadata.annotations);
    deployment.metadata.generation = same ? old.metadata.generation : (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate: validateDeploymentUpdate,
  warnings: workloadWarnings,
  allowUnconditionalUpdate: true,
};

/** How `/status` changes. */
export const deploymentStatusStrategy: TypedStrategy<DefaultedDeployment> = {
  ...deploymentStrategy,
  prepareForUpdate: (deployment, old) => {
    deployment.spec = old.spec;
    deployment.metadata.labels = old.metadata.labels;
    deployment.metadata.generation = old.metadata.generation;
  },
  validateUpdate: validateDeploymentStatusUpdate,
  resetFields: ['spec', 'metadata.labels'],
};
