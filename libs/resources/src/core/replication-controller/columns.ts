import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn, wideColumn } from '../../printing/columns.js';
import { containerImages, containerNames } from '../../printing/containers.js';
import { labelsText } from '../../printing/selector-text.js';
import type { DefaultedReplicationController } from './defaults.js';

/** The columns of `kubectl get replicationcontrollers`. */
export const replicationControllerColumns: readonly TypedColumn<DefaultedReplicationController>[] = [
  nameColumn(),
  column('Desired', 'How many pods there should be.', ({ spec }) => spec.replicas ?? 0, 'integer'),
  column('Current', 'How many pods there are.', ({ status }) => status.replicas, 'integer'),
  column('Ready', 'How many pods are ready.', ({ status }) => status.readyReplicas ?? 0, 'integer'),
  ageColumn(),
  wideColumn('Containers', 'The names of the containers in the template.', ({ spec }) => containerNames(spec.template?.spec?.containers)),
  wideColumn('Images', 'The images of the containers in the template.', ({ spec }) => containerImages(spec.template?.spec?.containers)),
  wideColumn('Selector', 'The labels of the pods that belong to the controller.', ({ spec }) => labelsText(spec.selector)),
];
