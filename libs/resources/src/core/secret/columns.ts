import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, column, nameColumn } from '../../printing/columns.js';
import type { DefaultedSecret } from './defaults.js';

/** The columns of `kubectl get secrets`. */
export const secretColumns: readonly TypedColumn<DefaultedSecret>[] = [
  nameColumn(),
  column('Type', 'What the data is for.', ({ type }) => type ?? ''),
  column('Data', 'How many keys there are.', ({ data = {} }) => Object.keys(data).length),
  ageColumn(),
];
