import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn, wideColumn } from '../../printing/columns.js';
import { containerImages, containerNames } from '../../printing/containers.js';
import { selectorText } from '../../printing/selector-text.js';
import type { DefaultedDeployment } from './defaults.js';

/** The columns of `kubectl get deployments`. */
export const deploymentColumns: readonly TypedColumn<DefaultedDeployment>[] = [
  nameColumn(),
  column('Ready', 'How many pods are ready, of how many.', ({ spec, status }) => `${String(status.readyReplicas ?? 0)}/${String(spec.replicas ?? 0)}`),
  column('Up-to-date', 'How many pods have the current template.', ({ status }) => status.updatedReplicas ?? 0),
  column('Available', 'How many pods have been ready for long enough.', ({ status }) => status.availableReplicas ?? 0),
  ageColumn(),
  wideColumn('Containers', 'The names of the containers in the template.', ({ spec }) => containerNames(spec.template.spec?.containers)),
  wideColumn('Images', 'The images of the containers in the template.', ({ spec }) => containerImages(spec.template.spec?.containers)),
  wideColumn('Selector', 'The labels of the pods that belong to the deployment.', ({ spec }) => selectorText(spec.selector)),
];
