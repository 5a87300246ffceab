import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import type { DefaultedConfigMap } from './defaults.js';

/** The columns of `kubectl get configmaps`. */
export const configMapColumns: readonly TypedColumn<DefaultedConfigMap>[] = [
  nameColumn(),
  column('Data', 'How many keys there are.', ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length),
  ageColumn(),
];
