import type { TypedColumn } from '../../define-kind.js';
import { ageColumn, nameColumn } from '../../printing/columns.js';
import type { DefaultedServiceAccount } from './defaults.js';

/** The columns of `kubectl get serviceaccounts`. */
export const serviceAccountColumns: readonly TypedColumn<DefaultedServiceAccount>[] = [nameColumn(), ageColumn()];
